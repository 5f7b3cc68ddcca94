"""Odd files are read exactly or refused with the reason; values never shift."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from connectors.errors import OriginalRefused
from connectors.reading.code_pages import likeliest_first
from tests.connectors.mapped import Mapped, declared, map_file

UNITS = """\
tool: acme
title: Acme
status: draft
version: "1"
delimiters: [",", ";", "\\t", "|", ":"]
encodings: [utf-8, utf-16, windows-1252, windows-1250]
exports:
  units:
    title: units
    delivers: increment
    columns:
      id: Unit
      name: [Name, Título]
      parent: {names: Parent, optional: true}
    kinds:
      org_units:
        columns:
          org_unit_id: id
          org_unit_name: name
          parent_org_unit_id: parent
          effective_date: {given: extracted_at}
          is_deleted: {constant: "false"}
"""


def read_bytes(tmp_path: Path, content: bytes, text: str = UNITS) -> Mapped:
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    return map_file(path, declared(tmp_path, text), tmp_path / "scratch")


def landed(tmp_path: Path, content: bytes, text: str = UNITS) -> list[tuple[int, str, str | None]]:
    """(line, unit, name) of what landed."""
    rows = read_bytes(tmp_path, content, text).rows("org_units")
    return [(row["source_line"], row["org_unit_id"], row["org_unit_name"]) for row in rows]


def refusal(tmp_path: Path, content: bytes, text: str = UNITS) -> str:
    with pytest.raises(OriginalRefused) as caught:
        read_bytes(tmp_path, content, text)
    assert caught.value.next_step
    return str(caught.value)


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("plain", b"Unit,Name\n1,a\n2,b\n"),
        ("no final newline", b"Unit,Name\n1,a\n2,b"),
        ("CRLF", b"Unit,Name\r\n1,a\r\n2,b\r\n"),
        ("bare CR", b"Unit,Name\r1,a\r2,b"),
        ("byte order mark", b"\xef\xbb\xbfUnit,Name\n1,a\n2,b\n"),
        ("byte order mark and quotes", b'\xef\xbb\xbf"Unit","Name"\n"1","a"\n"2","b"\n'),
        ("quotes here and there", b'"Unit",Name\n1,"a"\n"2",b\n'),
        ("blanks around", b"Unit , Name\n 1 ,a \n2, b\n"),
        ("a blank before quotes", b'Unit, "Name"\n1, "a"\n2, "b"\n'),
        ("semicolons", b"Unit;Name\n1;a\n2;b\n"),
        ("tabs", b"Unit\tName\n1\ta\n2\tb\n"),
        ("pipes", b"Unit|Name\n1|a\n2|b\n"),
        ("colons", b"Unit:Name\n1:a\n2:b\n"),
        ("UTF-16 with mark", "Unit\tName\n1\ta\n2\tb\n".encode("utf-16")),
        ("UTF-16 without mark", "Unit\tName\n1\ta\n2\tb\n".encode("utf-16-le")),
        ("gzip without its suffix", gzip.compress(b"Unit,Name\n1,a\n2,b\n", mtime=0)),
        ("names in another case", b"UNIT,name\n1,a\n2,b\n"),
        ("characters without a shape", "\u200eUnit\u200f,Na\u00adme\u200b\n1,a\n2,b\n".encode()),
        ("columns in another order, and more", b"Name,More,Unit\na,x,1\nb,y,2\n"),
    ],
)
def test_the_same_records_come_out_of_every_writing(tmp_path: Path, what: str, content: bytes) -> None:
    assert landed(tmp_path, content) == [(2, "1", "a"), (3, "2", "b")], what


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\n\nUnit,Name\n\n1,a\n\n\n2,b\n", [(5, "1", "a"), (8, "2", "b")]),
        (b"sep=;\nUnit;Name\n1;a\n", [(3, "1", "a")]),
        (b'Unit,Name\n1,"a\nb"\n2,c\n', [(2, "1", "a\nb"), (4, "2", "c")]),
        (b'Unit,Name\n1,5" pipe\n2,c\n', [(2, "1", '5" pipe'), (3, "2", "c")]),
        (b'Unit,Name\n1,"say ""hi"""\n2,c\n', [(2, "1", 'say "hi"'), (3, "2", "c")]),
        (b'Unit,Name\n1,"say \\"hi\\", twice"\n2,c\n', [(2, "1", 'say "hi", twice'), (3, "2", "c")]),
        (b'Unit,Name\n1,"C:\\"\n2,c\n', [(2, "1", "C:\\"), (3, "2", "c")]),
        (b"Unit,Name\n1,\n2,\xc2\xa0c\xc2\xa0\n", [(2, "1", None), (3, "2", "c")]),
        ("Unit,Título\n1,Ñandú\n".encode("windows-1252"), [(2, "1", "Ñandú")]),
        ("Unit,Name\n1,Žlutý Koníček\n".encode("windows-1250"), [(2, "1", "Žlutý Koníček")]),
        (b"Unit,Name\n", []),
        (b"Unit,Name", []),
        (b"Unit,Name\r\n1,a\n2,b\r3,c\n", [(2, "1", "a"), (3, "2", "b"), (4, "3", "c")]),
        (b"Unit,Name\n1,a\x00\x00\n2,b\n\x1a" + b"\x00" * 40, [(2, "1", "a"), (3, "2", "b")]),
        (b"\xef\xbb\xbfUnit,Name\n1,a\n\xef\xbb\xbf2,b\n", [(2, "1", "a"), (3, "2", "b")]),
        ("Unit,Name\n1,a\n".encode("utf-32"), [(2, "1", "a")]),
    ],
)
def test_oddities_keep_their_values_and_their_lines(
    tmp_path: Path, content: bytes, expected: list[tuple[int, str, str | None]]
) -> None:
    assert landed(tmp_path, content) == expected


def test_a_quote_that_is_left_open_costs_one_record_and_not_the_rest_of_the_file(tmp_path: Path) -> None:
    mapped = read_bytes(tmp_path, b'Unit,Name\n1,a\n2,"b\n3,c\n4,d\n')
    assert mapped.column("org_units", "org_unit_id") == ["1", "3", "4"]
    (reject,) = mapped.rejects("org_units")
    assert (reject["rule"], reject["source_line"], reject["original"]) == ("open_quote", 3, '2,"b')


def test_a_few_bytes_that_are_not_utf_8_cost_their_records_and_not_the_letters_of_all_others(tmp_path: Path) -> None:
    mapped = read_bytes(tmp_path, "Unit,Name\n1,Zoë\n2,Renée\n3,É".encode() + b"\xe9\n4,b\n")
    assert mapped.column("org_units", "org_unit_name") == ["Zoë", "Renée", "b"]
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("org_units")] == [(4, "encoding")]


@pytest.mark.parametrize(
    ("names", "page", "rather"),
    [
        ("Wałęsa, Łódź, żółć, Święta", "windows-1250", "windows-1250"),
        ("Žlutý kůň, Příliš, ďábelské ódy, Řehoř", "windows-1250", "windows-1250"),
        ("I\u015f\u0131k, Çağlar, Gülşen, Y\u0131ld\u0131z, Şükrü, Çiçek, Gümüş, İğne", "windows-1254", "windows-1254"),
        ("Hélène, Françoise, Jürgen, Åse, Søren, Muñoz, Conceição", "windows-1252", None),
        ("5 m³, 20 °C, ½ FTE, 30 €, “so” – \u2018or\u2019, 7 m³, 8 m³", "windows-1252", None),
        ("Jürgen Müller, Größe, Weiß", "windows-1252", None),
    ],
)
def test_a_code_page_is_not_believed_where_another_one_makes_words(
    tmp_path: Path, names: str, page: str, rather: str | None
) -> None:
    content, text = f"Unit;Name\n1;{names}\n".encode(page), UNITS.replace(", windows-1250]", "]")
    if rather is None:
        assert landed(tmp_path, content, text) == [(2, "1", names)]
    else:
        told = refusal(tmp_path, content, text)
        assert f"seems to be in {rather}" in told and f"encodings: [utf-8, {rather}]" in told


@pytest.mark.parametrize(
    ("declared", "written", "names"),
    [
        ("shift_jis", "cp932", "製造①部 ㈱表示"),
        ("Shift-JIS", "cp932", "ﾃｽﾄ 髙橋"),
        ("windows-1252, cp932", "cp932", "製造部、品質部、総務部"),
        ("gb2312", "gb18030", "生產部 €"),
        ("euc_kr", "cp949", "똠방각하"),
    ],
)
def test_the_codes_of_east_asia_are_read_as_programs_write_them(
    tmp_path: Path, declared: str, written: str, names: str
) -> None:
    text = UNITS.replace("windows-1252, windows-1250]", f"{declared}]")
    assert landed(tmp_path, f"Unit;Name\n1;{names}\n".encode(written), text) == [(2, "1", names)]


def test_a_record_with_too_few_or_too_many_cells_is_rejected_and_never_shifted(tmp_path: Path) -> None:
    mapped = read_bytes(tmp_path, b"Unit,Name,Parent\n1,a,0\n2,b\n3,c,0,x\n4,d,0\n")
    assert mapped.counts("org_units") == (4, 2, 2, 0)
    assert [(r["source_line"], r["rule"], r["original"]) for r in mapped.rejects("org_units")] == [
        (3, "ragged_row", "2,b"),
        (4, "ragged_row", "3,c,0,x"),
    ]


def test_an_export_may_say_that_its_rows_end_early_or_in_blanks(tmp_path: Path) -> None:
    lenient = UNITS.replace(
        "    delivers: increment\n", "    delivers: increment\n    short_rows: pad\n    long_rows: drop_blank\n"
    )
    content = b"Unit,Name,Parent\n1,a\n2,b,0,,\n3,c,0,x\n"
    assert landed(tmp_path, content, lenient) == [(2, "1", "a"), (3, "2", "b")]


def test_lines_are_exact_in_a_file_that_is_read_in_parallel(tmp_path: Path) -> None:
    content = "Unit,Name\n" + "".join(f'{i},"name of {i}, {"x" * (i % 50)}"\n' for i in range(2, 150_002))
    rows = landed(tmp_path, content.encode())
    assert len(rows) == 150_000
    assert all(line == int(unit) for line, unit, _ in rows)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a web page"),
        (b"  <table><tr><td>Unit</td></tr></table>", "a web page"),
        (b"PK\x03\x04rest", "The workbook is cut off or damaged"),
        (b"\xd0\xcf\x11\xe0rest", "an old Excel workbook"),
        (b"BZh91AY&SY", "packed (bzip2"),
        (b'[{"Unit": 1}]', "JSON"),
        (gzip.compress(b"Unit,Name\n" + b"1,a\n" * 9000, mtime=0)[:-20], "cut off or damaged"),
        (gzip.compress(b"", mtime=0)[:5], "cut off or damaged"),
        (b"Unit,Naam\n1,a\n", "needs the column 'Name' (nearest found: 'Naam'). Found: Unit, Naam."),
        (b"Unit,Name,Name\n1,a,b\n", "stands 2 times in the header (places 2, 3)"),
        (b"1,Jane Doe\n2,John Doe\n", "No column of the first line (2 cells) is known"),
    ],
)
def test_what_can_not_be_read_is_refused_with_the_reason_and_the_next_step(
    tmp_path: Path, content: bytes, told: str
) -> None:
    assert told in refusal(tmp_path, content)


def test_a_refusal_shows_no_value_of_a_file_without_a_header(tmp_path: Path) -> None:
    assert "Doe" not in refusal(tmp_path, b"1,Jane Doe\n2,John Doe\n")


def test_a_missing_column_is_told_with_the_line_of_the_declaration_to_mend(tmp_path: Path) -> None:
    assert "acme.yaml line 13 (exports.units.columns.name)" in refusal(tmp_path, b"Unit,Naam\n1,a\n")


def test_a_wrong_encoding_is_refused_with_the_place_and_without_the_bytes(tmp_path: Path) -> None:
    only_utf8 = UNITS.replace("[utf-8, utf-16, windows-1252, windows-1250]", "[utf-8]")
    told = refusal(tmp_path, b"Unit,Name\n1,a\n2,\xe9t\xe9\n", only_utf8)
    assert "utf-8 fails at byte 16" in told
    assert "\ufffd" not in told
    assert "encodings: [utf-8, windows-1252]" in told


def test_a_file_that_breaks_off_inside_a_letter_is_not_utf8(tmp_path: Path) -> None:
    only_utf8 = UNITS.replace("[utf-8, utf-16, windows-1252, windows-1250]", "[utf-8]")
    assert "utf-8 fails at byte 12" in refusal(tmp_path, b"Unit,Name\n1,\xc3", only_utf8)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Žlutý Koníček, Řehoř", "windows-1250"),
        ("Żółć i Łódź", "windows-1250"),
        ("Ferrière, Zoë, Müller", "windows-1252"),
        ("Åse Bjørn", "windows-1252"),
    ],
)
def test_a_code_page_is_told_by_its_letters(tmp_path: Path, text: str, page: str) -> None:
    path = tmp_path / "names"
    path.write_bytes(text.encode(page))
    assert likeliest_first(path, ("utf-8", "windows-1252", "windows-1250"))[:2] == ("utf-8", page)


def test_two_exports_with_the_same_header_are_told_apart_by_their_names(tmp_path: Path) -> None:
    twin = UNITS + UNITS.split("exports:\n")[1].replace("  units:\n", "  teams:\n", 1)
    twin = twin.replace("    title: units\n", "    title: units\n    files: ['*unit*']\n", 1)
    assert read_bytes(tmp_path, b"Unit,Name\n1,a\n", twin).unit.export == "units"
    path = tmp_path / "else.csv"
    path.write_bytes(b"Unit,Name\n1,a\n")
    with pytest.raises(OriginalRefused, match=r"rename the file .* units: \*unit\*"):
        map_file(path, declared(tmp_path, twin), tmp_path / "scratch")


@pytest.mark.parametrize("row", [b"2,Doe, Jane,", b"2,Doe, Jane,,", b"2,b,,,", b"2,,,,", b"2,b,0,"])
def test_a_blank_cell_too_many_is_not_overlooked_because_it_may_hide_a_shift(tmp_path: Path, row: bytes) -> None:
    mapped = read_bytes(tmp_path, b"Unit,Name,Parent,Note\n1,a,,\n" + row + b",\n3,c,,x\n")
    width_is_right = row.count(b",") == 2
    assert mapped.column("org_units", "org_unit_id") == (["1", "2", "3"] if width_is_right else ["1", "3"])


@pytest.mark.parametrize("content", [b"Unit,Name,\n1,a,\n2,,\n3,,", b"Unit,Name,Parent\n1,,\n,,\n3,c,0\n"])
def test_blank_ends_that_belong_there_are_read(tmp_path: Path, content: bytes) -> None:
    mapped = read_bytes(tmp_path, content)
    assert mapped.counts("org_units")[0] == 3
    assert {reject["rule"] for reject in mapped.rejects("org_units")} <= {"required_missing"}


@pytest.mark.parametrize("end", ["\r\n", ""])
def test_a_plain_file_never_needs_the_exact_reader(end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.reading.tables.write_exactly", lambda *_: pytest.fail("read by the exact reader"))
    content = 'Unit,Name,Parent\r\n1,"a, b",\r\n2,"say ""hi""",0\r\n3,,' + end
    assert [unit for _, unit, _ in landed(tmp_path, content.encode())] == ["1", "2", "3"]
