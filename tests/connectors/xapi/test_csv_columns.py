"""Statements in a column of a table land as if they had come one to a line."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import OriginalRefused
from connectors.xapi import csv_columns, documents, files
from tests.connectors.xapi.samples import Read, changed, lines, numbered

THREE = numbered(3)


def table(*rows: list[Any], delimiter: str = ",", header: tuple[str, ...] = ("id", "stored", "statement")) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([header, *rows] if header else rows)
    return text.getvalue().encode()


ROWS = [[number, "2024-03-01", json.dumps(statement)] for number, statement in enumerate(THREE)]
TABLES = {
    "commas": table(*ROWS),
    "semicolons": table(*ROWS, delimiter=";"),
    "tabs and a byte order mark": b"\xef\xbb\xbf" + table(*ROWS, delimiter="\t"),
    "no header": table(*ROWS, header=()),
    "one column": table(*([row[2]] for row in ROWS), header=("payload",)),
    "the first column, no header": table(*([row[2], row[0]] for row in ROWS), delimiter=";", header=()),
    "line breaks in cells": table(*([row[0], "a\nb", json.dumps(json.loads(row[2]), indent=1)] for row in ROWS)),
    "line breaks of Unix and blank lines": table(*ROWS).replace(b"\r\n", b"\n\n"),
    "records of a store": table(
        *([row[0], "", json.dumps({"_id": 1, "statement": json.loads(row[2])})] for row in ROWS)
    ),
}


@pytest.mark.parametrize("is_gzipped", [False, True], ids=["plain", "gzipped"])
@pytest.mark.parametrize("shape", TABLES)
def test_the_cells_of_a_column_land(read: Read, shape: str, is_gzipped: bool) -> None:
    content = gzip.compress(TABLES[shape]) if is_gzipped else TABLES[shape]
    reading = read(content)
    assert reading.counts() == (3, 3, 0, 0)
    assert [row["statement_id"] for row in reading.rows()] == [statement["id"] for statement in THREE]


def test_lines_are_those_of_the_file_and_what_is_no_statement_is_a_reject(read: Read) -> None:
    rows = [ROWS[0], [7, "a\nb", "{}"], [8, "", ""], [9], ROWS[1], [1, "", json.dumps(changed(version="0.9"))]]
    reading = read(table(*rows))
    assert reading.counts() == (6, 2, 4, 0)
    assert [row["source_line"] for row in reading.rows()] == [2, 7]
    assert [(reject["source_line"], reject["rule"]) for reject in reading.rejects()] == [
        (3, "required"), (5, "json_syntax"), (6, "json_syntax"), (8, "version")
    ]  # fmt: skip


def test_bytes_that_are_no_utf_8_are_a_reject_of_their_row(read: Read) -> None:
    content = table(*ROWS).replace(b"Ada", b"\xe4da", 1)
    assert [reject["rule"] for reject in read(content).rejects()] == ["encoding"]


def test_a_small_buffer_changes_nothing(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "BLOCK", 2_000)
    monkeypatch.setattr(csv_columns, "BLOCK", 700)
    assert read(table(*([0, "", json.dumps(statement)] for statement in numbered(40)))).counts() == (40, 40, 0, 0)


def test_a_quote_that_never_ends_is_no_memory_without_end(read: Read) -> None:
    before = csv.field_size_limit(20_000)
    try:
        with pytest.raises(OriginalRefused, match="line 3 has no end"):
            read(table(ROWS[0]) + b'1,"{' + b"x" * 30_000)
    finally:
        csv.field_size_limit(before)


def test_no_table_is_cut_by_its_lines(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(TABLES["the first column, no header"])
    assert files.start_of_lines(tmp_path / "t.csv") is None


@pytest.mark.parametrize("content", [lines(*THREE), json.dumps([{"a": '""actor""'}]).encode(), b"id,actor\n1,2\n"])
def test_what_is_no_table_is_not_taken_for_one(content: bytes) -> None:
    assert not csv_columns.is_table(content)
