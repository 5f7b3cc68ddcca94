"""Exports that were cut off on their way: refused as a whole, or their last record is rejected with its line."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
import xlsxwriter

from connectors import archive, landing
from connectors.declaration import Declaration
from connectors.errors import OriginalRefused
from connectors.home import Home
from connectors.landing import Landed
from pipelines.landing import read
from tests.connectors.mapped import RememberingTokeniser, declared, map_file

DECLARED = """
tool: acme
title: Acme
status: draft
version: "1"
encodings: [utf-8, utf-16, windows-1252]
exports:
  units:
    title: units
    delivers: {delivers}
    partial_files: ["*delta*"]
    columns: {{id: Unit, name: Name, since: Since}}
    kinds:
      org_units: {{columns: {{org_unit_id: id, org_unit_name: name, effective_date: since, is_deleted: {{constant: "false"}}}}}}
"""
ROWS = [f"{i},Équipe {i},2026-03-{i:02}" for i in range(1, 31)]
WHOLE = "\n".join(["Unit,Name,Since", *ROWS, ""])


class Tokeniser(RememberingTokeniser):
    """One that landing may flush."""

    def flush(self, tool: str, unit: str) -> None:
        return None


def workbook() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for line, row in enumerate(WHOLE.splitlines()):
        sheet.write_row(line, 0, row.split(","))
    book.close()
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "line", "rule"),
    [
        (WHOLE[: WHOLE.index("\n30,") + 6].encode(), 31, "ragged_row"),
        (WHOLE.replace("Équipe 30", '"Équipe, 30"')[:-18].encode(), 31, "open_quote"),
        (WHOLE.replace("Équipe 30", '"Équipe\n30"')[:-16].encode(), 31, "open_quote"),
        (WHOLE.encode()[: WHOLE.encode().rindex("É".encode()) + 1], 31, "encoding"),
        (WHOLE[: WHOLE.index("\n30,") + 6].encode("utf-16"), 31, "ragged_row"),
    ],
    ids=["without its columns", "in quotes", "in quotes, behind a line end", "in a letter", "UTF-16"],
)
def test_the_record_that_a_cut_went_through_is_rejected_with_its_line(
    tmp_path: Path, content: bytes, line: int, rule: str
) -> None:
    (tmp_path / "units.csv").write_bytes(content)
    mapped = map_file(tmp_path / "units.csv", events(tmp_path), tmp_path / "scratch")
    rejects = mapped.rejects("org_units")
    assert mapped.counts("org_units")[1] == 29
    assert (rejects[0]["source_line"], rejects[0]["rule"]) == (line, rule)
    assert mapped.rows("org_units")[0]["org_unit_name"] == "Équipe 1", "what stands before the cut keeps its letters"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(gzip.compress(WHOLE.encode(), mtime=0)[:-40], id="gzip"),
        pytest.param(gzip.compress(WHOLE.encode(), mtime=0)[:-4], id="gzip, its last bytes"),
        pytest.param(workbook()[:-200], id="XLSX"),
        pytest.param(workbook()[: len(workbook()) // 2], id="XLSX, half"),
        pytest.param(WHOLE.encode("utf-16")[:-1], id="UTF-16, in a character"),
        pytest.param(b"Unit,Na", id="in its header"),
        pytest.param(b"", id="before it began"),
    ],
)
def test_what_can_not_be_read_to_its_end_is_refused_with_the_next_step(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "units").write_bytes(content)
    with pytest.raises(OriginalRefused, match="again") as refusal:
        map_file(tmp_path / "units", events(tmp_path), tmp_path / "scratch")
    assert refusal.value.next_step


def events(folder: Path) -> Declaration:
    return declared(folder, DECLARED.format(delivers="events"))


def snapshots(folder: Path) -> Declaration:
    return declared(folder, DECLARED.format(delivers="snapshot"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home").open()


def land(home: Home, declaration: Declaration, name: str, text: str, *, accept_fewer: bool = False) -> Landed:
    (home.inbox / "acme").mkdir(exist_ok=True)
    (home.inbox / "acme" / name).write_text(text, encoding="utf-8")
    (original,) = archive.take_in(home, "acme")
    version = declaration.declaration_version
    reader = lambda *passed: read(declaration, *passed)  # noqa: E731
    return landing.land(home, original, reader, version, Tokeniser(), accept_fewer=accept_fewer)


def test_a_complete_export_that_ends_in_mid_record_is_refused_until_it_is_accepted(home: Home, tmp_path: Path) -> None:
    declaration, cut = snapshots(tmp_path), WHOLE[:-20]
    refused = land(home, declaration, "units_2026-03-31.csv", cut)
    assert refused.status == "refused"
    assert "cut off" in str(refused.reason) and "--accept-fewer-rows" in str(refused.reason)
    accepted = land(home, declaration, "units_2026-03-31.csv", cut, accept_fewer=True)
    assert [accepted.rows[0][f"rows_{part}"] for part in ("read", "landed", "rejected")] == [30, 29, 1]


def test_events_and_partial_exports_may_end_in_mid_record_and_be_short(home: Home, tmp_path: Path) -> None:
    declaration = snapshots(tmp_path)
    assert land(home, declaration, "units_2026-03-31.csv", WHOLE).status == "landed"
    assert land(home, declaration, "units_delta_2026-04-01.csv", WHOLE[:60]).status == "landed"
    assert land(home, events(tmp_path), "units_2026-04-02.csv", WHOLE[:60]).status == "landed"


def test_an_export_is_compared_with_the_last_one_of_its_own_series(home: Home, tmp_path: Path) -> None:
    declaration = snapshots(tmp_path)
    head, *rows = WHOLE.splitlines()
    few, others = ("\n".join([head, *some, ""]) for some in (rows[:5], rows[5:10]))
    for name, text, status in (
        ("units_germany_2026-03-31.csv", WHOLE, "landed"),
        ("units_malta_2026-03-31.csv", few, "landed"),
        ("units_malta_2026-04-30.csv", few, "landed"),
        ("units_germany_2026-04-30.csv", others, "refused"),
        ("units_germany_2026-02-28.csv", others, "landed"),
    ):
        assert land(home, declaration, name, text).status == status, name
