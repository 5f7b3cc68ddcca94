"""KNOW: the only room that sees who somebody is. Tokens, the vault, and the links from tokens to persons."""
