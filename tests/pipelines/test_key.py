"""A new home makes its key; a used one without it, or with another, fails closed (docs/decisions/0011)."""

from __future__ import annotations

import pytest

from connectors import landing
from connectors.errors import SettingsError
from connectors.home import Home
from identity import keys
from pipelines.settings import open_tokeniser


def test_a_new_home_gets_a_key_that_only_its_owner_reads(home: Home) -> None:
    open_tokeniser(home)
    assert (home.restricted / keys.FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert home.card()["key_id"] == keys.load(home.restricted).key_id


def test_a_used_home_without_its_key_fails_closed(home: Home) -> None:
    open_tokeniser(home)
    (home.restricted / keys.FILE_NAME).unlink()
    with pytest.raises(SettingsError, match="nothing was landed"):
        open_tokeniser(home)
    assert not (home.restricted / keys.FILE_NAME).exists()


def test_a_used_home_with_another_key_fails_closed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    open_tokeniser(home)
    monkeypatch.setenv("THROUGHLINE_KEY", "ab" * 32)
    with pytest.raises(SettingsError, match="not the one that this home was tokenised with"):
        open_tokeniser(home)


def test_a_key_that_is_named_but_missing_is_not_replaced_by_a_made_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_KEY_FILE", str(home.root / "nowhere"))
    with pytest.raises(SettingsError, match="nowhere"):
        open_tokeniser(home)
    assert not (home.restricted / keys.FILE_NAME).exists()


def test_nothing_lands_without_a_key(home: Home) -> None:
    from pipelines import runs

    open_tokeniser(home)
    (home.restricted / keys.FILE_NAME).unlink()
    (home.inbox / "totara").mkdir()
    (home.inbox / "totara" / "users.csv").write_text(
        "idnumber,username,firstname,lastname,email\n1,a,b,c,d@example.com\n"
    )
    with pytest.raises(SettingsError):
        runs.run(home)
    assert landing.ledger(home).num_rows == 0
    assert (home.inbox / "totara" / "users.csv").exists()
