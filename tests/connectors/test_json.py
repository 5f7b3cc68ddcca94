"""JSON of every make becomes the same records as a table would, each with the line where it begins."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.declaration.json_paths import json_path
from connectors.errors import OriginalRefused, SettingsError
from connectors.reading.json_cutting import Cut, Notes, cut
from tests.connectors.mapped import REAL_DATA, Mapped, declared, map_file

UNITS = """\
tool: acme
title: Acme
status: draft
version: "1"
exports:
  units:
    title: units
    format: json
    delivers: increment
    columns:
      id: [id, unit.id]
      name: [name, unit.name]
      parent: {names: unit.parent, optional: true}
    kinds:
      org_units:
        columns:
          org_unit_id: id
          org_unit_name: name
          parent_org_unit_id: parent
          effective_date: {given: extracted_at}
          is_deleted: {constant: "false"}
"""


def at(*paths: str) -> str:
    return UNITS.replace("    format: json\n", f"    format: json\n    records: {json.dumps(paths)}\n")


def read(tmp_path: Path, content: bytes | str, text: str = UNITS) -> Mapped:
    path = tmp_path / "units.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return map_file(path, declared(tmp_path, text), tmp_path / "scratch")


def landed(tmp_path: Path, content: bytes | str, text: str = UNITS) -> list[tuple[int, str, str | None]]:
    rows = read(tmp_path, content, text).rows("org_units")
    return [(row["source_line"], row["org_unit_id"], row["org_unit_name"]) for row in rows]


def refusal(tmp_path: Path, content: bytes | str, text: str = UNITS) -> str:
    with pytest.raises(OriginalRefused) as caught:
        read(tmp_path, content, text)
    return str(caught.value)


A, B = '{"id": 1, "name": "a"}', '{"id": "2", "name": "b"}'


@pytest.mark.parametrize(
    ("what", "content", "lines"),
    [
        ("a record a line", f"{A}\n{B}\n", (1, 2)),
        ("no final newline, and CRLF", f"{A}\r\n{B}", (1, 2)),
        ("blank lines and comments", f"\n# from\n{A}\n\n{B}\n# to\n", (3, 5)),
        ("an array", f"[\n  {A},\n  {B}\n]\n", (2, 3)),
        ("an array on one line", f"[{A}, {B}]", (1, 2)),
        ("pages one a line", f"[{A}]\n[{B}]\n", (1, 2)),
        ("pages in a row", f"[\n{A}\n]\n[\n{B}\n]", (2, 5)),
        ("spread out", json.dumps([json.loads(A), json.loads(B)], indent=2), (2, 6)),
        ("byte order mark", b"\xef\xbb\xbf" + f"{A}\n{B}".encode(), (1, 2)),
        ("UTF-16", f"[{A},\n{B}]".encode("utf-16"), (1, 2)),
        ("UTF-16 without mark", f"{A}\n{B}".encode("utf-16-le"), (1, 2)),
        ("gzip", gzip.compress(f"{A}\n{B}".encode()), (1, 2)),
    ],
)
def test_the_same_records_come_out_of_every_writing(
    tmp_path: Path, what: str, content: bytes | str, lines: tuple[int, int]
) -> None:
    assert landed(tmp_path, content) == [(lines[0], "1", "a"), (lines[1], "2", "b")], what


@pytest.mark.parametrize(
    ("content", "paths"),
    [
        (f'{{"data": {{"count": 2, "items": [\n{A},\n{B}\n], "more": null}}}}', ("items", "data.items")),
        (f'{{"items": [\n{A}]}}\n{{"items": [{B}]}}', ("items",)),
        (f'[\n{{"unit": {A}}},\n{{"unit": {B}}}]', ("unit",)),
        (f'{{"other": "}}", "x": {{\n"u7": {A},\n"u8": {B}}}}}', ("x.*",)),
        (f'{{"pages": [\n{{"list": [{A}]}},\n{{"list": [{B}]}}, {{"list": []}}, {{}}]}}', ("pages.list",)),
    ],
)
def test_records_are_found_at_their_place(tmp_path: Path, content: str, paths: tuple[str, ...]) -> None:
    assert [row[1:] for row in landed(tmp_path, content, at(*paths))] == [("1", "a"), ("2", "b")]


def test_an_empty_list_is_an_export_without_records(tmp_path: Path) -> None:
    assert landed(tmp_path, "[]") == []
    assert landed(tmp_path, '{"items": []}', at("items")) == []


def test_texts_and_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    content = (
        '{"id": 463100000000007164123456, "name": "caf\\u00e9 \\ud83d\\ude00\\u0000 \\"x\\" \\/"}\n'
        '{"id": 3.0, "name": null, "unit": {"name": "c"}}\n{"id": true, "name": {"nl": "een"}}\n'
        '{"unit": {"id": "d", "name": "  "}}\n{"id": "", "unit": {"id": 5}, "name": ["x", "y"]}'
    )
    assert [row[1:] for row in landed(tmp_path, content)] == [
        ("463100000000007164123456", 'café 😀 "x" /'),
        ("3.0", "c"),
        ("true", '{"nl":"een"}'),
        ("d", None),
        ("5", '["x","y"]'),
    ]


@pytest.mark.parametrize(
    ("content", "good", "bad"),
    [
        (f'{A}\n{{"id": 9, "name": "cut of\n{B}', [1, 3], [(2, "invalid_json", '{"id": 9, "name": "cut of')]),
        (f"{A}\nnonsense\n[1]\n{B}", [1, 4], [(2, "invalid_json", "nonsense"), (3, "not_an_object", "1")]),
        (f'{A}\n{{"id": 9, "id": 8, "name": "x"}}\n{B}', [1, 3], [(2, "duplicate_key", None)]),
        (f'{A}\n{{"id": 9, "unit": {{"name": "x", "name": "y"}}}}\n{B}', [1, 3], [(2, "duplicate_key", None)]),
        (f'{A}\n{{"id": 9, "name": "\\ud800"}}\n{B}', [1, 3], [(2, "invalid_json", None)]),
        (f'[\n{A},\n{{"id": 9, "name": [1, 2}},\n{B}\n]', [2, 4], [(3, "invalid_json", '{"id": 9, "name": [1, 2}')]),
        (f"[\n{A},\n{{'id': 9}},\n{B}\n]", [2, 4], [(3, "invalid_json", "{'id': 9}")]),
        (f'[\n{A},\n{B},\n{{"id": 9, "na', [2, 3], [(4, "torn_json", '{"id": 9, "na')]),
        (f"[\n{A},\n{B},\n", [2, 3], [(4, "torn_json", "")]),
        (f"[\n{A},\n{B}", [1, 2], [(3, "torn_json", "")]),  # by number, as two begin on the third line
    ],
)
def test_what_is_broken_is_one_reject_with_its_line_and_takes_no_neighbour_with_it(
    tmp_path: Path, content: str, good: list[int], bad: list[tuple[int, str, str | None]]
) -> None:
    mapped = read(tmp_path, content)
    assert mapped.column("org_units", "source_line") == good
    rejects = mapped.rejects("org_units")
    assert [(r["source_line"], r["rule"]) for r in rejects] == [each[:2] for each in bad]
    assert all(text is None or r["original"] == text for r, (_, _, text) in zip(rejects, bad, strict=True))


@pytest.mark.parametrize(
    ("content", "is_cut_off"),
    [
        (f"{A}\n{B}", False),
        (f"{A}\n{B[:-4]}", True),
        (f"{A}\n{B[:-4]}\n", False),  # broken, and ended
        (f"[{A},{B}]", False),
        (f"[{A},{B}", True),
        (f'{{"items": [{A}, {B[:-4]}', True),
        ("[]", False),
    ],
)
def test_json_that_ends_where_it_cannot_is_cut_off(tmp_path: Path, content: str, is_cut_off: bool) -> None:
    text = at("items") if "items" in content else UNITS
    assert read(tmp_path, content, text).unit.is_cut_off == is_cut_off


def test_bytes_that_are_no_text_cost_their_record_only(tmp_path: Path) -> None:
    mapped = read(tmp_path, A.encode() + b'\n{"id": 9, "name": "\xff"}\n' + B.encode())
    assert mapped.column("org_units", "org_unit_id") == ["1", "2"]
    assert [(r["source_line"], r["rule"]) for r in mapped.rejects("org_units")] == [(2, "invalid_json")]


def test_a_code_page_that_is_declared_is_read(tmp_path: Path) -> None:
    text = UNITS.replace("exports:\n", "encodings: [utf-8, windows-1252]\nexports:\n", 1)
    assert landed(tmp_path, '{"id": 1, "name": "Ñandú"}'.encode("windows-1252"), text) == [(1, "1", "Ñandú")]


def test_a_log_has_a_prefix_before_its_json(tmp_path: Path) -> None:
    text = UNITS.replace("    format: json\n", "    format: json\n    line_prefix: '^[^{]*? - (?=\\{)'\n")
    mapped = read(tmp_path, f"2023-05-23 INFO 20 [x] logger.py:41 - {A}\n# note\n{B}\n2023-05-23 - no\n", text)
    assert mapped.column("org_units", "source_line") == [1, 3]
    assert (mapped.unit.rows_not_records, [r["source_line"] for r in mapped.rejects("org_units")]) == (1, [4])


def test_a_member_may_hold_json_as_text(tmp_path: Path) -> None:
    text = UNITS.replace("    format: json\n", "    format: json\n    unwrap: unit\n")
    inner = json.dumps(json.dumps({"id": 7, "name": "x", "parent": "y"}))
    content = f'{{"unit": {inner}}}\n{{"unit": {{"id": 8, "name": "z"}}}}\n{{"id": 9, "name": "n", "unit": "in=1"}}\n'
    assert landed(tmp_path, content, text) == [(1, "7", "x"), (2, "8", "z"), (3, "9", "n")]


NESTED = """\
tool: acme
title: Acme
status: draft
version: "1"
exports:
  units:
    title: units
    format: json
    delivers: increment
    records: units
    columns: {id: id, name: name}
    kinds:
      org_units:
        columns:
          org_unit_id: id
          org_unit_name: name
          effective_date: {given: extracted_at}
          is_deleted: {constant: "false"}
  teams:
    title: teams of the units
    format: json
    delivers: increment
    records: units.teams.*
    columns: {key: "@key", name: title, parent: ^^.id, site: $.request.site, nothing: {names: ^^^^.id, optional: true}}
    kinds:
      org_units:
        columns:
          org_unit_id: {join: [site, key]}
          org_unit_name: name
          parent_org_unit_id: parent
          effective_date: {given: extracted_at}
          is_deleted: {constant: "false"}
"""


def test_records_within_records_are_an_export_of_their_own_and_know_what_is_around_them(tmp_path: Path) -> None:
    one = {"id": 1, "name": "a", "teams": {"x": {"title": "ax"}, "y": {"title": "ay"}}}
    page = {"units": [one, {"id": 2, "name": "b", "teams": []}], "request": {"site": "S"}}
    other = {"request": {"site": "T"}, "units": [{"id": 3, "name": "c", "teams": {"x": {"title": "cx"}}}]}
    mapped = read(tmp_path, f"{json.dumps(page)}\n{json.dumps(other)}", NESTED)
    named = ("org_unit_id", "org_unit_name", "parent_org_unit_id", "source_line")
    assert {tuple(row[name] for name in named) for row in mapped.rows("org_units")} == {
        *{("1", "a", None, 1), ("2", "b", None, 2), ("3", "c", None, 3)},
        *{("S x", "ax", "1", 1), ("S y", "ay", "1", 2), ("T x", "cx", "3", 3)},
    }
    assert mapped.unit.export == "units + teams"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Unit,Name\n1,a\n", "is not JSON"),
        ("", "empty"),
        ('{"errorcode": "invalidtoken", "message": "Invalid token"}', "at its top are errorcode, message"),
        ('{"a@b.nl": {}}', "no records of any export of acme: units (units)."),
        ('{"id": 1, "title": "x"}', "needs the column 'name'"),
    ],
)
def test_what_is_no_export_is_refused_with_what_was_found(tmp_path: Path, content: str, told: str) -> None:
    assert told in refusal(tmp_path, content)


def test_exports_with_the_same_paths_are_told_apart_by_names(tmp_path: Path) -> None:
    head, export = UNITS.split("  units:\n")
    text = f"{head}  units:\n    files: unit*\n{export}  teams:\n    files: team*\n{export}"
    assert read(tmp_path, A, text).unit.export == "units"
    unnamed = text.replace("    files: unit*\n", "")
    assert "several exports" in refusal(tmp_path, A, unnamed.replace("team*", "crew*"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("id: [id, unit.id]", "id: [id, 'unit..id']"), "'unit..id' is no path"),
        (("    columns:\n      id", "    records: items[0]\n    columns:\n      id"), "lists are walked by themselves"),
        (("    columns:\n      id", "    header_rows: 2\n    columns:\n      id"), "has no `header_rows`"),
        (
            ("    columns:\n      id", "    items: {header: '^(?P<x>id)$'}\n    columns:\n      id"),
            "`of_columns: true`",
        ),
    ],
)
def test_a_mistake_in_a_path_is_told_with_its_line(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=r"line (8|1[0-9])") as caught:
        declared(tmp_path, UNITS.replace(*change))
    assert told in str(caught.value)


def test_columns_of_a_record_may_be_records_of_their_own(tmp_path: Path) -> None:
    text = UNITS.replace("    kinds:", "    items: {header: '^(?P<side>id|parent)$', of_columns: true}\n    kinds:")
    text = text.replace("        columns:\n", "        items: true\n        columns:\n").replace("_id: id", "_id: cell")
    text = text.replace("org_unit_name: name", "org_unit_kind: side")
    mapped = read(tmp_path, '{"id": "U1", "name": "One", "unit": {"parent": "U0"}}', text)
    assert {(r["org_unit_id"], r["org_unit_kind"]) for r in mapped.rows("org_units")} == {
        ("U1", "id"),
        ("U0", "parent"),
    }


def test_a_layout_that_is_not_read_is_refused_with_the_reason(tmp_path: Path) -> None:
    text = (
        UNITS
        + "not_read:\n  the roles:\n    columns: [role]\n    lacks: [name]\n    because: no unit.\n    next: leave it.\n"
    )
    assert "This is the roles" in refusal(tmp_path, '[{"role": "boss", "id": 1}]', text)
    assert landed(tmp_path, '[{"role": "boss", "id": 1, "name": "One"}]', text) == [(1, "1", "One")]


def test_paths_reach_odd_names() -> None:
    assert json_path("a[\"b.c\"]['d e'][2].f").pointer == "/a/b.c/d e/2/f"
    assert json_path("a.x/y~z").pointer == "/a/x~1y~0z"
    assert (json_path("^^.a").up, json_path("$.a").up, json_path("^@key").is_key) == (2, None, True)


@pytest.mark.parametrize("file", ["answer_dist_acceptance_tracking.log.gz", "erb_tracking.log"])
def test_real_tracking_logs_are_read_line_by_line(tmp_path: Path, file: str) -> None:
    path = REAL_DATA / "lms" / "edx_tracking" / file
    if not path.exists():
        pytest.skip("the real tracking logs are not at hand")
    text = UNITS.replace(
        "    format: json\n", "    format: json\n    line_prefix: '^[^{]*? - (?=\\{)'\n    unwrap: event\n"
    )
    text = text.replace("id: [id, unit.id]", "id: time").replace("[name, unit.name]", "event_type")
    mapped = map_file(path, declared(tmp_path, text.replace("unit.parent", "event.course_id")), tmp_path / "scratch")
    raw = gzip.decompress(path.read_bytes()) if file.endswith(".gz") else path.read_bytes()
    records = [line for line in raw.splitlines() if b"{" in line]
    assert mapped.unit.source_rows == len(records)
    assert mapped.unit.rows_not_records == len(raw.splitlines()) - len(records)


# --------------------------------------------------------------------------------------------------- any document

_TEXTS = st.text(st.sampled_from('ab{}[]":,\\\n\u00e9\u2028 #'), max_size=6)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=12,
)
_RECORDS = st.lists(st.dictionaries(_TEXTS, _VALUES, max_size=4).map(lambda one: {"id": 1, **one}), max_size=5)


def cut_out(folder: Path, text: str, steps: tuple[str, ...]) -> list[Cut]:
    path = folder / "any.json"
    path.write_text(text, encoding="utf-8")
    return list(cut(path, steps, None, Notes())) if text else []


@given(_RECORDS, st.sampled_from([None, 0, 2]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_records_are_cut_out_as_they_are_in_any_writing(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], indent: int | None, is_ascii: bool
) -> None:
    folder = tmp_path_factory.getbasetemp()

    def written(value: object) -> str:
        return json.dumps(value, indent=indent, ensure_ascii=is_ascii)

    by_line = "\n".join(json.dumps(record, ensure_ascii=is_ascii) for record in records)
    keyed = {f"k{i}": {"a": [record], "b": {}} for i, record in enumerate(records)}
    page = {"x": "]", "items": records, "y": {"items": [7]}}
    for text, steps, times in (
        (by_line, (), 1),
        (written(records), (), 1),
        (f"{written(page)}\n{written(page)}", ("items",), 2),
        (written(keyed), ("*", "a"), 1),
    ):
        found = cut_out(folder, text, steps)
        assert [json.loads(each.raw) for each in found] == records * times
        assert not [each for each in found if each.broken]
        lines = text.split("\n")
        assert all(lines[each.line - 1].lstrip(" [,").find(each.raw.decode().split("\n")[0]) >= 0 for each in found)


@given(_RECORDS, st.integers(0, 400))
@settings(max_examples=40, deadline=None)
def test_a_document_that_is_cut_off_anywhere_keeps_the_records_before(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], size: int
) -> None:
    text = json.dumps({"items": records, "n": 1})
    found = cut_out(tmp_path_factory.getbasetemp(), text[:size], ("items",))
    sound = [json.loads(each.raw) for each in found if not each.broken]
    assert sound == records[: len(sound)]
    ends, at = [], len('{"items": [')
    for record in records:
        at += len(json.dumps(record))
        ends.append(at)
        at += 2
    assert len(sound) == sum(end <= size for end in ends)
    assert size >= len(text) or sum(each.broken is not None for each in found) == (size > 0)
