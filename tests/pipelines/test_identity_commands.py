"""`throughline identity`: what looks alike is shown, decided, and holds from the next resolution on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from connectors import landing
from connectors.errors import SettingsError
from connectors.home import Home
from connectors.landing import table_schema
from identity.decisions import add_decisions, read_decisions
from identity.vault import Vault
from pipelines.cli import app
from pipelines.identities import decisions_file, write_identities
from pipelines.settings import open_tokeniser

SEEN = {"tool": "hr", "unit": "u", "source_line": 1, "extracted_at": datetime(2025, 1, 1)}
HR = SEEN | {"effective_date": date(2025, 1, 1), "is_deleted": False, "is_complete_snapshot": False}
ANN, GUEST = "a" * 32, "b" * 32


def identity(*words: str) -> Result:
    return CliRunner().invoke(app, ["identity", *words])


def _land(home: Home, kind: str, row: dict[str, object]) -> None:
    path = home.landed(kind) / "hr" / "u.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist([row], schema=table_schema(kind)), path)


@pytest.fixture
def alike(home: Home) -> Home:
    """Somebody in HR, and an account with the same name that HR does not know."""
    landing.write_zero_rows(home)
    _land(home, "people", HR | {"person_token": ANN})
    _land(home, "accounts", SEEN | {"account_token": GUEST})
    names = [(token, "full_name", "Ann Berg") for token in (ANN, GUEST)]
    Vault(home.vault).write_unit("hr", "u", [(ANN, "employee_number", "0815")], names)
    write_identities(home)
    return home


def _keys(home: Home) -> dict[str, int]:
    links = pq.read_table(home.landed("identity_links") / "links.parquet").to_pylist()
    return {link["token"]: link["person_key"] for link in links}


def _number() -> str:
    (line,) = [line for line in identity("review").output.splitlines() if "known_by_name" in line]
    return line.split()[1]


def test_a_kind_of_proposal_that_there_is_not_is_refused(alike: Home) -> None:
    asked = identity("review", "--kind", "returnd")
    assert asked.exit_code != 0
    assert "returned" in asked.output and "Nothing waits" not in asked.output


def test_a_proposal_is_shown_decided_and_holds_from_the_next_resolution_on(alike: Home) -> None:
    before = _keys(alike)
    assert before[ANN] != before[GUEST]
    assert "Ann Berg" in identity("review").output
    assert identity("decide", _number(), "same", "--by", "HR", "--because", "asked her").exit_code == 0
    assert _keys(alike) == before
    write_identities(alike)
    after = _keys(alike)
    assert after[ANN] == after[GUEST]
    assert "Nothing waits" in identity("review").output
    shown = identity("person", str(after[ANN])).output
    assert "employee_number 0815" in shown
    assert "decision" in shown


def test_an_account_is_taken_away_again_by_its_token(alike: Home) -> None:
    before = _keys(alike)
    identity("decide", _number(), "same", "--by", "HR", "--because", "asked her")
    write_identities(alike)
    assert identity("split", GUEST[:10], "--by", "HR", "--because", "a mistake").exit_code == 0
    write_identities(alike)
    assert _keys(alike) == before


def test_a_shared_account_is_shown_and_declared(alike: Home) -> None:
    before = _keys(alike)
    assert "No account is quarantined" in identity("shared").output
    assert identity("declare", GUEST[:10], "shared", "--by", "IT", "--because", "the desk's").exit_code == 0
    write_identities(alike)
    assert pd.isna(_keys(alike)[GUEST])
    assert "decision" in identity("shared").output
    identity("declare", GUEST[:10], "personal", "--by", "IT", "--because", "hers after all")
    write_identities(alike)
    assert _keys(alike) == before


def test_the_review_can_be_a_file_that_only_its_owner_reads(alike: Home, tmp_path: Path) -> None:
    file = tmp_path / "review.csv"
    assert identity("review", "--to", str(file)).exit_code == 0
    assert file.read_text().splitlines()[0] == "number,kind,alike,one,the_other"
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("decide", "00000000", "same", "--by", "x", "--because", "y"), "No proposal 00000000"),
        (("declare", "ffff", "shared", "--by", "x", "--because", "y"), "0 tokens begin with ffff"),
        (("split", "ffff", "--by", "x", "--because", "y"), "0 tokens begin with ffff"),
        (("person", "12"), "Nobody has the key 12"),
    ],
)
def test_what_is_not_there_is_told_with_the_next_step(alike: Home, words: tuple[str, ...], told: str) -> None:
    result = identity(*words)
    assert isinstance(result.exception, SettingsError)
    assert told in str(result.exception)


def test_decisions_that_cannot_be_read_stop_the_resolution(alike: Home) -> None:
    decisions_file(alike).write_text("- {decision: fuse}")
    with pytest.raises(SettingsError, match="decision 1"):
        write_identities(alike)


def test_before_the_first_run_there_is_nothing_to_review(home: Home) -> None:
    assert "not resolved yet" in str(identity("review").exception)


@pytest.fixture
def renumbered(home: Home) -> Home:
    """Three people, each told under a former number and then under a present one."""
    landing.write_zero_rows(home)
    tokeniser = open_tokeniser(home)
    staff = [("0815", "N1", "Ann Berg"), ("0816", "N2", "Bob Cox"), ("0817", "N3", "Eva Dahl")]
    for unit, place in (("2025-01-01", 0), ("2025-06-01", 1)):
        tokens = tokeniser.tokens("employee_number", [person[place] for person in staff])
        tokeniser.keep(tokens, "full_name", [person[2] for person in staff])
        tokeniser.flush("hr", unit)
        day = {"effective_date": date.fromisoformat(unit), "extracted_at": datetime.fromisoformat(unit), "unit": unit}
        path = home.landed("people") / "hr" / f"{unit}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [HR | day | {"person_token": token} for token in tokens]
        pq.write_table(pa.Table.from_pylist(rows, schema=table_schema("people")), path)
    write_identities(home)
    return home


def _crosswalk(tmp_path: Path, text: str, *words: str, encoding: str = "utf-8") -> Result:
    file = tmp_path / "numbers.csv"
    file.write_text(text, encoding=encoding)
    return identity("crosswalk", str(file), "--by", "HR", "--because", "new payroll system", *words)


def _persons(home: Home) -> int:
    return len(set(_keys(home).values()))


def test_a_list_of_former_and_present_numbers_makes_one_person_of_each_pair(renumbered: Home, tmp_path: Path) -> None:
    assert _persons(renumbered) == 6
    result = _crosswalk(tmp_path, "oud;nieuw nummer\n 0815 ;n1\n0816;N2\n0817;N3\n", encoding="utf-16")
    assert result.exit_code == 0, result.exception
    assert "3 pairs are decided." in result.output
    write_identities(renumbered)
    assert _persons(renumbered) == 3
    again = _crosswalk(tmp_path, "oud,nieuw\n0815,N1\n0816,N2\n0817,N3\n")
    assert "0 pairs are decided, 3 were decided before." in again.output
    assert decisions_file(renumbered).read_text().count("decision: same") == 3


def test_numbers_may_be_of_types_that_a_tool_has_to_itself(renumbered: Home, tmp_path: Path) -> None:
    told = _crosswalk(tmp_path, "former,present\n0815,N1\n", "--present", "payroll:number").output
    assert "HR told 1 of the numbers in present in no list so far" in " ".join(told.split())


def test_numbers_that_hr_has_not_told_wait_and_are_counted(renumbered: Home, tmp_path: Path) -> None:
    told = " ".join(_crosswalk(tmp_path, "former,present\n0815,N1\n816,N2\n").output.split())
    assert "2 pairs are decided" in told
    assert "HR told 1 of the numbers in former in no list so far" in told
    assert "in present" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("former,present\n0815,N2\n0816,N3\n0817,N1\n", "3 of 3 rows pair numbers of people with other names"),
        ("former,present\n0815,N1\n0815,N2\n", "lines 2 and 3: one number stands twice in former"),
        ("former,present\n0815,N1\n0816,\n", "line 3 has one number only (1 lines do)"),
        ("former,present\n0815,0815\n", "line 2: both numbers are the same"),
        ("0815,N1\n0816,N2\n", "the first row has a number that HR told"),
        ("former,present,name\n0815,N1,Ann\n", "3 columns with a name"),
        ("former,present\n,\n", "no row has a number"),
    ],
)
def test_a_list_that_cannot_be_right_decides_nothing(renumbered: Home, tmp_path: Path, text: str, told: str) -> None:
    result = _crosswalk(tmp_path, text)
    assert isinstance(result.exception, SettingsError)
    assert told in str(result.exception)
    assert not decisions_file(renumbered).exists()


def test_rows_that_names_speak_against_are_believed_where_somebody_says_so(renumbered: Home, tmp_path: Path) -> None:
    assert _crosswalk(tmp_path, "former,present\n0815,N2\n", "--even-unlike").exit_code == 0
    write_identities(renumbered)
    assert _persons(renumbered) == 5


def test_whoever_was_told_to_be_one_again_is_written_again(renumbered: Home, tmp_path: Path) -> None:
    file = tmp_path / "numbers.csv"
    assert _crosswalk(tmp_path, "former,present\n0815,N1\n", "--concurrent").exit_code == 0
    (decision,) = read_decisions(decisions_file(renumbered))
    assert decision.decision == "concurrent"
    add_decisions(decisions_file(renumbered), [replace(decision, decision="different")])
    assert "1 pairs are decided." in identity("crosswalk", str(file), "--by", "HR", "--because", "after all").output
