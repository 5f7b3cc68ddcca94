"""Learning Locker's personas: identifiers that belong to one person, names for the vault, attributes unread."""

from __future__ import annotations

from pathlib import Path

from connectors.declaration import CATALOGUE
from tests.connectors.mapped import map_file, token_of

SAMPLE = CATALOGUE / "samples" / "learning_locker" / "personas.csv"


def test_identifiers_of_a_row_are_accounts_that_belong_together(tmp_path: Path) -> None:
    mapped = map_file(SAMPLE, "learning_locker", tmp_path)
    tied = {row["account_token"]: row for row in mapped.rows("accounts")}
    greta = token_of("email", "greta.olsen@shop.example")
    assert set(tied) == {
        greta,
        token_of("openid", "https://id.shop.example/greta"),
        token_of("openid", "https://id.shop.example/ivo"),
        token_of("email", "lund@shop.example"),
    }
    by_openid = tied[token_of("openid", "https://id.shop.example/greta")]
    assert (by_openid["email_token"], by_openid["identifier_type"]) == (greta, "openid")
    assert by_openid["employee_token"] == token_of("employee_number", "E-2041")


def test_a_person_under_two_names_is_one_and_both_names_go_to_the_vault(tmp_path: Path) -> None:
    mapped = map_file(SAMPLE, "learning_locker", tmp_path)
    names = {name for token, _, name in mapped.tokeniser.kept if token == token_of("email", "greta.olsen@shop.example")}
    assert "Greta Olsen" in names
    assert mapped.unit.unread == ("hair",)
