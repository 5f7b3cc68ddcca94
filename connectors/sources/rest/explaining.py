"""What a pull needs and does, in sentences for whoever is to set it up."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.declaration import Declaration
from connectors.declaration.pulling import Pull
from connectors.sources.rest.source import pulls_of, secret_names

_PAGES = {
    "number": "pages by number",
    "offset": "pages by offset",
    "cursor": "pages by cursor",
    "link": "pages by the header Link",
    "next": "pages by the address of the next one",
}


def needs(declaration: Declaration) -> Iterator[str]:
    """What has to be set before a tool can be pulled; nothing for a tool without an API."""
    rest = declaration.rest
    if rest is None:
        return
    tool = declaration.tool
    yield f"endpoint: {rest.endpoint} (settings.yml: tools.{tool}.rest.endpoint)"
    for name, meaning in rest.settings.items():
        yield f"tools.{tool}.rest.values.{name}: {meaning}"
    if names := secret_names(declaration):
        yield f"secrets, in the environment (or in files, named by the same with _FILE): {', '.join(names)}"
    if rest.authorization.kind == "client_credentials" and rest.authorization.token_path is None:
        yield f"tools.{tool}.rest.token_url: where tokens are got"
    yield f"rights: {rest.needs}"
    for requests, unit in ((rest.limits.per_minute, "minute"), (rest.limits.per_second, "second")):
        if requests:
            yield f"pace: {requests:g} requests a {unit} at most"
    yield f"exports that can be pulled: {', '.join(pulls_of(declaration))} (all, or those in tools.{tool}.rest.pull)"


def told(pull: Pull) -> str:
    """What one pull asks, and when."""
    parts = [f"{pull.method} {pull.path}"]
    if pull.each:
        parts.append(f"once per record of {pull.each.of}")
    if pull.pages:
        parts.append(_PAGES[pull.pages.by])
    parts.append("every night, what changed on a day" if pull.window else "every night, as a whole")
    if pull.status == "draft":
        parts.append("draft: not confirmed by documentation")
    return "; ".join(parts)
