"""Editors are told what the loader holds: what it accepts is not underlined, and what it refuses mostly is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from connectors.declaration import CATALOGUE
from connectors.declaration.editor_schema import editor_schema
from connectors.records import RECORD_KINDS

FILES = sorted(CATALOGUE.glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(editor_schema())
    return Draft202012Validator(editor_schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_file_of_the_catalogue_holds(path: Path, validator: Draft202012Validator) -> None:
    errors = validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert [(list(error.absolute_path), error.message) for error in errors] == []


def _changed(pattern: str, by: str) -> Any:
    text, count = re.subn(pattern, by, (CATALOGUE / "totara.yaml").read_text(encoding="utf-8"), count=1)
    assert count
    return yaml.safe_load(text)


@pytest.mark.parametrize(
    ("pattern", "by"),
    [
        pytest.param("delivers: snapshot", "delivers: snapshots", id="a word that is none"),
        pytest.param("    how:", "    hows:", id="a key that is none"),
        pytest.param("      people:\n", "      persons:\n", id="a record kind that is none"),
        pytest.param("          given_name:", "          givenname:", id="a column that the kind does not have"),
        pytest.param(r"\ntitle: [^\n]*", "", id="a key that is missing"),
    ],
)
def test_a_mistake_is_underlined(pattern: str, by: str, validator: Draft202012Validator) -> None:
    assert not validator.is_valid(_changed(pattern, by))


def test_a_column_is_offered_with_its_meaning() -> None:
    kinds = editor_schema()["$defs"]["Export"]["properties"]["kinds"]["properties"]
    assert set(kinds) == set(RECORD_KINDS)
    told = kinds["enrolments"]["properties"]["columns"]["properties"]["milestone"]["description"]
    meaning = RECORD_KINDS["enrolments"].by_name["milestone"].meaning
    assert meaning in told
    assert "completed" in told
