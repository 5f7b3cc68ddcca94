"""After a declaration is corrected, its originals are mapped again, and it is told what that changed."""

from __future__ import annotations

import io

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from connectors import landing
from connectors.home import Home
from connectors.landing import Landed
from pipelines import runs, screen
from pipelines.landing import land_tool
from pipelines.settings import declarations, open_tokeniser

DECLARED = """
tool: acme_hours
title: Hours of Acme
status: draft
version: "1"
delimiters: [";"]
decimal: ","
exports:
  hours:
    title: the list of hours
    delivers: events
    columns: {number: Number, day: Day, minutes: Minutes, kind: Kind}
    kinds:
      learning_time:
        columns:
          person_token: {from: number, identifier: employee_number}
          learning_date: {from: day, formats: "%d-%m-%Y"}
          minutes: minutes
          is_formal: {from: kind, map: {formal: "true"}}
"""
CORRECTED = DECLARED.replace('{formal: "true"}', '{formal: "true", informal: "false"}').replace(
    "kind: Kind}", "kind: [Kind, Sort]}"
)
MARCH = "Number;Day;Minutes;Kind\n001;03-03-2026;90,5;formal\n002;04-03-2026;30;informal\n003;05-03-2026;60;informal\n"
APRIL = "Number;Day;Minutes;Kind\n001;01-04-2026;45;formal\n"
MAY = "Number;Day;Minutes;Sort\n001;04-05-2026;45;formal\n"


def declare(home: Home, text: str) -> None:
    folder = home.root / "connectors"
    folder.mkdir(exist_ok=True)
    (folder / "acme_hours.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def landed(home: Home) -> Home:
    """Three files: one with two records that the declaration doesn't understand, a good one, one that is refused."""
    declare(home.open(), DECLARED)
    inbox = home.inbox / "acme_hours"
    inbox.mkdir()
    for name, text in (("2026-03-31.csv", MARCH), ("2026-04-30.csv", APRIL), ("2026-05-31.csv", MAY)):
        (inbox / name).write_text(text, encoding="utf-8")
    land_tool(home, declarations(home)["acme_hours"], open_tokeniser(home))
    return home


def counts(home: Home) -> dict[str, tuple[str, int, int, int]]:
    """Status, and rows read, landed and rejected, of each file."""
    return {
        row["source_file"]: (row["status"], row["rows_read"], row["rows_landed"], row["rows_rejected"])
        for row in landing.ledger(home, "acme_hours").to_pylist()
    }


def landed_files(home: Home) -> dict[str, tuple[int, bytes]]:
    """When each landed file was written, and what is in it."""
    files = sorted(home.landing.glob("*/*/acme_hours/*.parquet"))
    return {path.relative_to(home.landing).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def told(units: list[Landed]) -> str:
    console = Console(width=140, record=True, file=io.StringIO())
    screen.replayed(console, units)
    return console.export_text()


def test_what_a_corrected_declaration_understands_is_landed_and_told_before_and_after(landed: Home) -> None:
    assert counts(landed) == {
        "2026-03-31.csv": ("landed", 3, 1, 2),
        "2026-04-30.csv": ("landed", 1, 1, 0),
        "2026-05-31.csv": ("refused", 0, 0, 0),
    }
    declare(landed, CORRECTED)
    text = told(runs.replay(landed, "acme_hours"))
    assert counts(landed) == {
        "2026-03-31.csv": ("landed", 3, 3, 0),
        "2026-04-30.csv": ("landed", 1, 1, 0),
        "2026-05-31.csv": ("landed", 1, 1, 0),
    }
    assert not list(landed.landed("rejects", "acme_hours").glob("*")), "no record is rejected any more"
    assert "1 → 3" in text and "2 → 0" in text and "– → 1" in text
    assert "3 originals were mapped again; 1 came out as they were." in text


def test_the_landing_zone_remembers_what_a_replay_replaced(landed: Home) -> None:
    before = declarations(landed)["acme_hours"].declaration_version
    declare(landed, CORRECTED)
    runs.replay(landed, "acme_hours")
    after = declarations(landed)["acme_hours"].declaration_version
    noted = landing.replays(landed, "acme_hours").to_pylist()
    march = next(row for row in noted if row["source_file"] == "2026-03-31.csv")
    assert (march["declaration_version_before"], march["declaration_version_after"]) == (before, after)
    assert [march[f"rows_{part}"] for part in ("landed_before", "rejected_before", "landed_after")] == [1, 2, 3]
    may = [(r["record_kind"], r["status_before"], r["status_after"]) for r in noted if "05" in r["source_file"]]
    assert may == [("learning_time", None, "landed"), ("none", "refused", None)]
    assert all(row["source_file"] != "2026-04-30.csv" for row in noted), "of what came out as it was, nothing is told"


def test_what_comes_out_as_it_was_is_not_written_again(landed: Home) -> None:
    before = landed_files(landed)
    again = runs.replay(landed, "acme_hours")
    assert [unit.is_unchanged for unit in again] == [True, True, False], "refusals are told anew, with their version"
    changed = {name for name, file in landed_files(landed).items() if file != before[name]}
    assert {name.split("/")[0] for name in changed} == {"ledger"} and len(changed) == 1


def test_a_reject_whose_reason_changed_is_written_again(landed: Home) -> None:
    declare(landed, DECLARED.replace('{formal: "true"}', '{formal: "true", formeel: "true"}'))
    units = runs.replay(landed, "acme_hours")
    assert [unit.is_unchanged for unit in units] == [False, True, False]
    reasons = pq.read_table(next(landed.landed("rejects", "acme_hours").glob("*.parquet")), partitioning=None)
    assert reasons["expected"].to_pylist() == ["one of formal, formeel"] * 2


def test_a_replay_that_is_killed_while_files_move_is_healed_by_the_next_run(
    landed: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger row comes last, so what was cut off still has its old one, and is landed again because of the mark."""
    declare(landed, CORRECTED)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("connectors.landing.commit.write_ledger", killed)
        with pytest.raises(KeyboardInterrupt):
            runs.replay(landed, "acme_hours")
    assert counts(landed)["2026-03-31.csv"] == ("landed", 3, 1, 2)
    assert len(landing.interrupted(landed, "acme_hours")) == 1
    land_tool(landed, declarations(landed)["acme_hours"], open_tokeniser(landed))
    assert counts(landed)["2026-03-31.csv"] == ("landed", 3, 3, 0)
    assert counts(landed)["2026-05-31.csv"] == ("landed", 1, 1, 0), "what was refused by another version is tried again"
    assert not landing.interrupted(landed, "acme_hours")


def test_a_replay_that_is_killed_before_files_move_leaves_the_unit_as_it_was(
    landed: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = landed_files(landed)
    declare(landed, CORRECTED)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("connectors.landing.unit.check", killed)
        with pytest.raises(KeyboardInterrupt):
            runs.replay(landed, "acme_hours")
    assert landed_files(landed) == before
    assert not landing.interrupted(landed, "acme_hours")


def test_status_lists_what_replays_changed(landed: Home) -> None:
    declare(landed, CORRECTED)
    runs.replay(landed, "acme_hours")
    console = Console(width=200, record=True, file=io.StringIO())
    screen.units(console, landed)
    assert "What replays changed" in console.export_text()
