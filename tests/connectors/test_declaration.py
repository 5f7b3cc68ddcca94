"""A connector file is checked as a whole, and a mistake is told with its line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE, catalogue, load, with_settings
from connectors.declaration.yaml_lines import parse
from connectors.errors import SettingsError
from connectors.mapping import kinds_of
from tests.connectors.mapped import declared

PLAIN = """\
tool: acme
title: Acme
status: draft
version: "1"
exports:
  units:
    title: units
    delivers: snapshot
    columns:
      id: [Unit, Einheit]
      name: Name
      changed: {names: Changed, optional: true}
    kinds:
      org_units:
        columns:
          org_unit_id: id
          org_unit_name: name
          effective_date: {from: changed, formats: "%d.%m.%Y"}
          is_deleted: {constant: "false"}
"""


def complaint(folder: Path, old: str, new: str) -> str:
    assert old in PLAIN
    with pytest.raises(SettingsError) as caught:
        declared(folder, PLAIN.replace(old, new))
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "      org_units:",
            "      org_unit:",
            "line 14: exports.units.kinds.org_unit: unknown record kind 'org_unit'",
        ),
        ("          org_unit_name: name", "          org_unit_nam: name", "did you mean 'org_unit_name'?"),
        ("          org_unit_name: name", "          org_unit_name: nam", "unknown column of the export 'nam'"),
        ("delivers: snapshot", "delivers: snapshots", "did you mean 'snapshot'?"),
        ("    delivers", "    deliver", "unknown key 'deliver'; allowed: title, how"),
        ("    title: units\n", "", "line 6: exports.units.title: the key 'title' is missing"),
        ("          org_unit_id: id\n", "", "the required column 'org_unit_id' of org_units is missing"),
        ("{from: changed, formats", "{from: changed, format", "line 18:"),
        ('"%d.%m.%Y"', '"%Q"', "not a date format"),
        ("{from: changed, formats", "{from: changed, extract: '(', formats", "not a regular expression of the engine"),
        ("{from: changed, formats", "{from: changed, join: name, formats", "exactly one source, here: from, join"),
        ("org_unit_id: id", "org_unit_id: {from: id, identifier: email}", "is no token column"),
        ("org_unit_id: id", "manager_token: id\n          org_unit_id: id", "a token column needs `identifier`"),
        ("tool: acme", "tool: acmes", "the file must be acmes.yaml"),
        ("tool: acme", "tool: acme\ntimezone: Europe/Berlim", "did you mean 'Europe/Berlin'?"),
        ("tool: acme", "tool: acme\nencodings: utf8x", "encodings"),
        ("      name: Name\n", "      name: Name\n      name: Title\n", "the key 'name' stands twice"),
        ("    columns:\n      id", "    vouched: [nam]\n    columns:\n      id", "did you mean 'name'?"),
        ("      name: Name\n", "      <<: [Name]\n", "`<<` takes over one mapping"),
        ("tool: acme", "tool: [acme", "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_what_was_allowed(tmp_path: Path, old: str, new: str, told: str) -> None:
    message = complaint(tmp_path, old, new)
    assert message.startswith("acme.yaml, line ")
    assert told in message


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    message = complaint(
        tmp_path, "          org_unit_id: id\n          org_unit_name: name", "          org_unit_nam: nme"
    )
    assert len(message.splitlines()) == 2


def test_a_value_that_the_record_kind_does_not_allow_is_told_before_any_data_is_read(tmp_path: Path) -> None:
    wrong = PLAIN.replace("org_units", "people").replace(
        "org_unit_id: id", "person_token: {from: id, identifier: email}"
    )
    wrong = wrong.replace("org_unit_name: name", "employment_status: {from: name, map: {A: activ}}")
    with pytest.raises(SettingsError, match=r"unknown value of employment_status 'activ'; .* did you mean 'active'"):
        declared(tmp_path, wrong)


def test_any_change_of_the_file_is_a_new_version(tmp_path: Path) -> None:
    before = declared(tmp_path, PLAIN).declaration_version
    after = declared(tmp_path, PLAIN + "# a remark\n").declaration_version
    assert before.startswith("1-")
    assert before != after


def test_settings_of_a_home_lie_on_top_and_make_another_version(tmp_path: Path) -> None:
    declaration = declared(tmp_path, PLAIN)
    settings = {"tools": {"acme": {"timezone": "Europe/Berlin", "delivers": {"units": "increment"}}}}
    changed = with_settings(declaration, settings)
    assert changed.timezone == "Europe/Berlin"
    assert changed.exports["units"].delivers == "increment"
    assert changed.declaration_version != declaration.declaration_version
    assert with_settings(declaration, {"tools": {"other": {"timezone": "Europe/Berlin"}}}) == declaration


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"timezon": "UTC"}, "did you mean 'timezone'?"),
        ({"timezone": "Europe/Berlim"}, "did you mean 'Europe/Berlin'?"),
        ({"delivers": {"unit": "increment"}}, "did you mean 'units'?"),
        (["timezone"], "should be a mapping"),
    ],
)
def test_a_wrong_setting_is_told_with_its_place(tmp_path: Path, own: object, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        with_settings(declared(tmp_path, PLAIN), {"tools": {"acme": own}})
    assert "settings.yml: tools.acme" in str(caught.value)
    assert told in str(caught.value)


def test_a_home_adds_tools_of_its_own_and_replaces_those_of_the_catalogue(tmp_path: Path) -> None:
    declared(tmp_path, PLAIN)
    declared(tmp_path, PLAIN.replace("tool: acme", "tool: moodle"), "moodle")
    found = catalogue(tmp_path)
    assert set(found) == {path.stem for path in CATALOGUE.glob("*.yaml")} | {"acme"}
    assert kinds_of(found["acme"]) == ("org_units",)
    assert found["moodle"].title == "Acme"


@pytest.mark.parametrize("path", sorted(CATALOGUE.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_shipped_declaration_is_sound_and_says_how_to_export(path: Path) -> None:
    declaration = load(path)
    assert kinds_of(declaration)
    assert all(export.how for export in declaration.exports.values())


def test_a_mapping_may_take_over_another_and_say_some_of_it_anew() -> None:
    content, lines = parse("a: &whole {x: 1, y: 2}\nb: {<<: *whole, y: 3}\n", "acme.yaml")
    assert content == {"a": {"x": "1", "y": "2"}, "b": {"x": "1", "y": "3"}}
    assert (lines["b", "x"], lines["b", "y"]) == (1, 2)
