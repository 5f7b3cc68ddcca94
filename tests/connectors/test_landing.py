"""Landing is whole or not at all, and nothing is lost."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors import archive, landing
from connectors.errors import OriginalRefused, ThroughlineError, Transient
from connectors.home import Home
from connectors.landing import table_schema
from connectors.records import ORG_UNITS, RECORD_KINDS
from connectors.seam import MappedKind, MappedUnit, Original, Reader, Scratch, Tokeniser


@dataclass
class NoTokens:
    """A tokeniser for originals that name nobody."""

    flushed: list[str] = field(default_factory=list)

    def tokens(self, identifier_type: str, values: Sequence[str | None]) -> list[str | None]:
        return [None for _ in values]

    def email_sha1_tokens(self, emails: Sequence[str | None]) -> list[str | None]:
        return [None for _ in emails]

    def keep(self, tokens: Sequence[str | None], attribute: str, values: Sequence[str | None]) -> None:
        return None

    def flush(self, tool: str, unit: str) -> None:
        self.flushed.append(unit)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").open()


def read_lines(original: Original, _tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
    """One org unit per line; a line that begins with `!` is rejected. A file of renamed units tells of no framework."""
    lines = original.path.read_text().splitlines()
    good = [line for line in lines if not line.startswith("!")]
    rows = [
        {
            "tool": original.tool, "unit": original.unit, "record_key": name, "source_line": line, "declaration_version": "1",
            "extracted_at": original.extracted_at, "org_unit_id": name, "effective_date": original.extracted_at.date(),
            "is_deleted": False, "is_complete_snapshot": True,
        }
        for line, name in enumerate(good, 1)
    ]  # fmt: skip
    landed, rejected = scratch.open / "org_units.parquet", scratch.restricted / "rejected.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=table_schema("org_units")), landed)
    bad = [
        {"tool": original.tool, "record_kind": "org_units", "unit": original.unit, "source_file": original.source_file,
         "source_line": n, "rule": "marked", "expected": "no mark", "value": line, "original": line}
        for n, line in enumerate(lines, 1) if line.startswith("!")
    ]  # fmt: skip
    schema = table_schema("rejects").append(pa.field("value", pa.string())).append(pa.field("original", pa.string()))
    pq.write_table(pa.Table.from_pylist(bad, schema=schema), rejected)
    untold = ("framework",) if "renamed" in original.source_file else ()
    kind = MappedKind(ORG_UNITS, ("units",), landed, rejected, len(lines), len(good), len(bad), 0, untold)
    return MappedUnit(original, "1", len(lines), (kind,))


def drop(home: Home, name: str, *lines: str, tool: str = "hr") -> Original:
    path = home.inbox / tool / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))
    return next(original for original in archive.take_in(home, tool) if original.source_file == name)


def land(home: Home, original: Original, read: Reader = read_lines, **options: bool) -> landing.Landed:
    return landing.land(home, original, read, "1", NoTokens(), **options)


def landed_ids(home: Home) -> list[str]:
    files = sorted(home.landed("org_units").glob("*/*.parquet"))
    return [value for file in files for value in pq.read_table(file)["org_unit_id"].to_pylist()]


def files_outside(home: Home) -> dict[str, bytes]:
    kept = (path for path in home.landing.rglob("*") if path.is_file() and not path.name.startswith("lock-"))
    return {path.relative_to(home.root).as_posix(): path.read_bytes() for path in kept}


def test_what_was_read_is_what_was_landed_rejected_and_duplicate(home: Home) -> None:
    land(home, drop(home, "a.txt", "one", "!two", "three"))
    row = landing.ledger(home).to_pylist()[0]
    assert (row["rows_read"], row["rows_landed"], row["rows_rejected"], row["status"]) == (3, 2, 1, "landed")
    assert landed_ids(home) == ["one", "three"]


def test_the_ledger_says_of_which_columns_an_original_tells_nothing(home: Home) -> None:
    for name in ("a.txt", "renamed.txt"):
        land(home, drop(home, name, f"a unit of {name}"))
    told = {row["source_file"]: row["columns_untold"] for row in landing.ledger(home).to_pylist()}
    assert told == {"a.txt": None, "renamed.txt": "|framework|"}


def test_a_ledger_from_before_a_column_was_added_is_read_and_stands(home: Home) -> None:
    older, newer = drop(home, "a.txt", "one"), drop(home, "renamed.txt", "two")
    for original in (older, newer):
        land(home, original)
        path = home.unit_file("ledger", "hr", original.unit)
        pq.write_table(pq.read_table(path, partitioning=None).drop_columns(["columns_untold"]), path)
    assert landing.ledger(home)["columns_untold"].to_pylist() == [None, None]
    assert land(home, older, keep_unchanged=True).is_unchanged
    assert not land(home, newer, keep_unchanged=True).is_unchanged, "there is something to add"


def test_a_reject_tells_its_reason_outside_and_keeps_its_value_inside_the_restricted_zone(home: Home) -> None:
    original = drop(home, "a.txt", "one", "!secret")
    land(home, original)
    outside = pq.read_table(home.landed("rejects", "hr") / f"{original.unit}.parquet")
    inside = pq.read_table(home.reject_originals / "hr" / f"{original.unit}.parquet")
    assert outside.schema.names == table_schema("rejects").names
    assert (outside["rule"].to_pylist(), inside["value"].to_pylist()) == (["marked"], ["!secret"])


def test_an_original_leaves_the_inbox_only_for_the_archive(home: Home) -> None:
    original = drop(home, "a.txt", "one")
    assert not archive.waiting(home, "hr")
    assert original.path.read_text() == "one"
    assert original.path.is_relative_to(home.restricted)


def test_a_file_that_is_reached_through_a_link_is_read_and_left_alone(home: Home, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "a.txt").write_text("one")
    (home.inbox / "hr").symlink_to(theirs)
    assert [original.source_file for original in archive.take_in(home, "hr")] == ["a.txt"]
    assert (theirs / "a.txt").exists()


@pytest.mark.parametrize(
    ("is_ours_alone", "seconds_ago", "is_copied"),
    [
        pytest.param(True, 60, False, id="a file that was left to us"),
        pytest.param(False, 60, True, id="a file that has another name elsewhere"),
        pytest.param(True, 1, True, id="a file that was written just now"),
    ],
)
def test_a_large_file_is_kept_without_a_copy_where_nobody_else_could_change_it(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_ours_alone: bool, seconds_ago: int, is_copied: bool
) -> None:
    monkeypatch.setattr(archive, "_LARGE", 3)
    path = home.inbox / "hr" / "a.txt"
    path.parent.mkdir()
    path.write_text("one")
    os.utime(path, (time() - seconds_ago,) * 2)
    if not is_ours_alone:
        os.link(path, tmp_path / "theirs.txt")
    inode = path.stat().st_ino
    (original,) = archive.take_in(home, "hr")
    assert (original.path.stat().st_ino != inode) == is_copied
    assert original.path.read_text() == "one"
    assert not path.exists()
    assert original.path.name == hashlib.sha256(b"one").hexdigest()


def test_a_large_file_behind_a_linked_folder_is_copied(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "_LARGE", 3)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "a.txt").write_text("one")
    os.utime(theirs / "a.txt", (time() - 60,) * 2)
    (home.inbox / "hr").symlink_to(theirs)
    (original,) = archive.take_in(home, "hr")
    assert original.path.stat().st_ino != (theirs / "a.txt").stat().st_ino


def test_the_same_bytes_under_another_name_are_the_same_unit(home: Home) -> None:
    first = drop(home, "a.txt", "one")
    (home.inbox / "hr" / "copy.txt").write_text("one")
    assert [original.unit for original in archive.take_in(home, "hr")] == [first.unit]


def test_the_same_bytes_under_a_later_date_are_news(home: Home) -> None:
    first = drop(home, "units_2025-01-31.txt", "one")
    later = drop(home, "units_2025-03-31.txt", "one")
    assert first.unit != later.unit
    assert (first.extracted_at, later.extracted_at) == (datetime(2025, 1, 31), datetime(2025, 3, 31))


def test_an_unfinished_or_hidden_file_waits(home: Home) -> None:
    folder = home.inbox / "hr"
    folder.mkdir()
    for name in (".hidden", "a.csv.part", "~$a.xlsx"):
        (folder / name).write_text("x")
    assert archive.take_in(home, "hr") == []


def test_landing_a_unit_again_replaces_its_own_output_and_nothing_else(home: Home) -> None:
    first, second = drop(home, "a.txt", "one"), drop(home, "b.txt", "two")
    land(home, first)
    land(home, second)
    before = files_outside(home)
    land(home, first)
    after = files_outside(home)
    assert before.keys() == after.keys()
    assert sorted(landed_ids(home)) == ["one", "two"]
    assert {name for name in after if after[name] != before[name]} <= {f"landing/ledger/v1/hr/{first.unit}.parquet"}


def test_a_reader_that_dies_leaves_everything_as_it_was(home: Home) -> None:
    original = drop(home, "a.txt", "one")
    land(home, original)
    before = files_outside(home)

    def dies(original: Original, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
        read_lines(original, tokeniser, scratch)
        raise Transient("the disk went away")

    with pytest.raises(Transient):
        land(home, original, dies)
    assert files_outside(home) == before


def test_a_process_that_was_killed_while_landing_is_seen_and_healed(home: Home) -> None:
    original = drop(home, "a.txt", "one")
    left_behind = home.landing / ".incoming" / "hr" / original.unit
    left_behind.mkdir(parents=True)
    (left_behind / "org_units.parquet").write_bytes(b"half")
    assert landing.interrupted(home, "hr") == {original.unit}
    land(home, original)
    assert landing.interrupted(home, "hr") == set()
    assert landed_ids(home) == ["one"]


def test_counts_that_do_not_balance_are_never_landed(home: Home) -> None:
    def loses_one(original: Original, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
        mapped = read_lines(original, tokeniser, scratch)
        kind = mapped.kinds[0]
        lost = MappedKind(
            kind.kind,
            kind.exports,
            kind.landed,
            kind.rejected,
            kind.rows_read + 1,
            kind.rows_landed,
            kind.rows_rejected,
            0,
        )
        return MappedUnit(original, "1", 1, (lost,))

    with pytest.raises(ThroughlineError, match="Nothing was landed"):
        land(home, drop(home, "a.txt", "one"), loses_one)
    assert landed_ids(home) == []


def test_a_file_that_differs_from_its_contract_is_never_landed(home: Home) -> None:
    def drifts(original: Original, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
        mapped = read_lines(original, tokeniser, scratch)
        table = pq.read_table(mapped.kinds[0].landed)
        pq.write_table(table.drop_columns(["framework"]), mapped.kinds[0].landed)
        return mapped

    with pytest.raises(ThroughlineError, match="differs from its contract"):
        land(home, drop(home, "a.txt", "one"), drifts)


def test_a_refused_original_is_in_the_ledger_with_the_next_step(home: Home) -> None:
    def refuses(original: Original, tokeniser: Tokeniser, scratch: Scratch) -> MappedUnit:
        raise OriginalRefused("This is HTML.", "export it as CSV.")

    refused = land(home, drop(home, "a.txt", "<html>"), refuses)
    row = landing.ledger(home).to_pylist()[0]
    assert (refused.status, row["status"], row["rows_read"]) == ("refused", "refused", 0)
    assert row["reason"] == "This is HTML. Next: export it as CSV."


def test_a_full_export_that_is_cut_to_a_tenth_is_refused_until_it_is_accepted(home: Home) -> None:
    land(home, drop(home, "units_2025-01-31.txt", *map(str, range(100))))
    cut = drop(home, "units_2025-02-28.txt", *map(str, range(10)))
    refused = land(home, cut)
    assert refused.status == "refused"
    assert "10 rows" in str(refused.reason) and "--accept-fewer-rows" in str(refused.reason)
    assert len(landed_ids(home)) == 100
    assert land(home, cut, accept_fewer=True).status == "landed"
    assert land(home, cut).status == "landed", "what was accepted once is not put in doubt by a replay"


def test_an_address_in_a_file_name_is_masked_in_the_ledger(home: Home) -> None:
    land(home, drop(home, "export jan.jansen@example.com.txt", "one"))
    (told,) = landing.ledger(home)["source_file"].to_pylist()
    assert told.startswith("export ‹e-mail›")
    assert "jansen" not in told


def test_every_table_has_a_file_without_rows(home: Home) -> None:
    landing.write_zero_rows(home)
    for name, kind in RECORD_KINDS.items():
        table = pq.read_table(home.landed(name) / "zero_rows.parquet")
        assert table.num_rows == 0
        assert table.schema.names == [column.name for column in kind.landed]
