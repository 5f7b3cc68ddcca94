"""Tokens fail closed, meet across tools, and can't be joined across keys."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from identity import keys
from identity.tokens import Tokeniser
from identity.vault import Vault

KEY = keys.Key(bytes(range(32)))


@pytest.fixture
def tokeniser(tmp_path: Path) -> Tokeniser:
    return Tokeniser(KEY, Vault(tmp_path / "vault"))


def test_a_known_key_and_address_give_the_known_token(tokeniser: Tokeniser) -> None:
    # echo -n 'email|ann@example.com' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f
    assert tokeniser.tokens("email", ["ann@example.com"]) == ["6c84d7b6bc256da4e809d9c37317c69b"]


FULL_WIDTH = "".join(chr(ord(letter) + 0xFEE0) for letter in "ann@example.com")


@pytest.mark.parametrize(
    "spelling",
    [
        "ann@example.com", " Ann@Example.COM\u00a0", "mailto:ann@example.com", "MAILTO:ANN@EXAMPLE.COM",
        "MailTo: ann@example.com", FULL_WIDTH, "\ufeffann@exam\u00adple.com\u200b",
    ],
)  # fmt: skip
def test_one_address_in_any_spelling_has_one_token(tokeniser: Tokeniser, spelling: str) -> None:
    assert tokeniser.tokens("email", [spelling]) == tokeniser.tokens("email", ["ann@example.com"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@müller.example", "Ann@xn--mller-kva.EXAMPLE"), ("ann@mail.bücher.example", "ann@mail.xn--bcher-kva.example"),
        ("ann@xn--\u00e9.example", "ANN@XN--\u00c9.example"),
    ],
)  # fmt: skip
def test_a_domain_with_other_letters_is_one_in_both_its_spellings(tokeniser: Tokeniser, one: str, other: str) -> None:
    assert tokeniser.tokens("email", [one]) == tokeniser.tokens("email", [other])


@pytest.mark.parametrize(
    "other", ["ann.@example.com", "a.nn@example.com", "ann+lms@example.com", "änn@example.com", "ann@example.co"]
)
def test_another_dot_tag_or_letter_is_another_address(tokeniser: Tokeniser, other: str) -> None:
    assert tokeniser.tokens("email", ["ann@example.com"]) != tokeniser.tokens("email", [other])


def test_an_address_and_its_sha1sum_meet(tokeniser: Tokeniser) -> None:
    sent = hashlib.sha1(b"mailto:ann@example.com").hexdigest()
    assert tokeniser.email_sha1_tokens(["Ann@Example.com"]) == tokeniser.tokens("mbox_sha1sum", [sent.upper()])


def test_the_same_value_of_two_types_has_two_tokens(tokeniser: Tokeniser) -> None:
    assert tokeniser.tokens("moodle:user_id", ["42"]) != tokeniser.tokens("employee_number", ["42"])


def test_nothing_and_blank_have_no_token(tokeniser: Tokeniser) -> None:
    assert tokeniser.tokens("email", [None, "", "  ", "mailto:"]) == [None] * 4
    assert tokeniser.email_sha1_tokens([None, " "]) == [None, None]


def test_another_key_gives_tokens_that_join_to_nothing(tokeniser: Tokeniser, tmp_path: Path) -> None:
    other = Tokeniser(keys.Key(bytes(32)), Vault(tmp_path / "other"))
    people = [f"person{n}@example.com" for n in range(50)]
    assert not set(tokeniser.tokens("email", people)) & set(other.tokens("email", people))


def test_the_vault_holds_what_each_unit_knows_and_a_replay_replaces_it(tokeniser: Tokeniser, tmp_path: Path) -> None:
    for number in ("7", "8"):
        tokens = tokeniser.tokens("employee_number", [number])
        tokeniser.keep(tokens, "full_name", ["Ann Example"])
        tokeniser.flush("hr", "unit")
    identifiers = pq.read_table(tmp_path / "vault/identifiers/hr/unit.parquet").to_pylist()
    assert [row["value"] for row in identifiers] == ["8"]
    assert pq.read_table(tmp_path / "vault/attributes/hr/unit.parquet")["value"].to_pylist() == ["Ann Example"]


def test_without_a_key_nothing_is_tokenised(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyUnavailable, match="nothing was landed"):
        keys.load(tmp_path, {})


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "00" * 16])
def test_a_broken_key_is_no_key(tmp_path: Path, text: str) -> None:
    with pytest.raises(keys.KeyUnavailable, match="64 hex digits"):
        keys.load(tmp_path, {"THROUGHLINE_KEY": text})


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keys.make(tmp_path)
    (tmp_path / keys.FILE_NAME).chmod(0o640)
    with pytest.raises(keys.KeyUnavailable, match="chmod 600"):
        keys.load(tmp_path, {})


def test_a_key_is_made_once_and_never_overwritten(tmp_path: Path) -> None:
    made = keys.make(tmp_path)
    assert keys.load(tmp_path, {}) == made
    with pytest.raises(FileExistsError):
        keys.make(tmp_path)


def test_a_key_does_not_show_in_its_repr() -> None:
    assert KEY.secret.hex() not in repr(KEY) and str(KEY.secret) not in repr(KEY)
