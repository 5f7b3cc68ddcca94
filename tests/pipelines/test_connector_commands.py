"""`throughline connector`: from a file that nobody knows to landed rows, with nobody shown in clear."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.declaration import CATALOGUE
from connectors.home import Home
from pipelines.cli import app
from pipelines.landing import land_tool
from pipelines.settings import declarations, open_tokeniser
from tests.connectors.test_workbooks import workbook

ABSENCES = "Employee Number;Employee Name;Leave Type;Start Date;End Date\n" + "".join(
    f"{1000 + i};Ada Byron {i};Holiday;{day:02}/02/2025;{day + 1:02}/02/2025\n" for i, day in enumerate(range(1, 21))
)


def run(home: Home, *arguments: object) -> Result:
    """The command, with its lines as wide as they come."""
    return CliRunner().invoke(app, ["connector", *map(str, arguments), "--home", str(home.root)])


@pytest.fixture
def absences(tmp_path: Path) -> Path:
    path = tmp_path / "absences_2025.csv"
    path.write_text(ABSENCES)
    return path


def test_a_drafted_connector_lands_what_it_said_it_would(home: Home, absences: Path) -> None:
    result = run(home, "new", absences, "--tool", "leave_register")
    assert result.exit_code == 0, result.output
    assert re.search(r"absences +20 +20 +0 +0", result.output)
    assert "throughline connector preview leave_register" in result.output
    assert "Ada" not in result.output + (home.root / "connectors" / "leave_register.yaml").read_text()
    (home.inbox / "leave_register").mkdir()
    (home.inbox / "leave_register" / absences.name).write_text(ABSENCES)
    landed = land_tool(home, declarations(home)["leave_register"], open_tokeniser(home))
    assert landed.rows("absences")["landed"] == 20


def test_a_tool_is_named_after_the_file_in_plain_letters(home: Home, absences: Path) -> None:
    named = absences.with_name("nieobecności Łódź 2025-02.csv")
    named.write_text(ABSENCES)
    assert run(home, "new", named).exit_code == 0
    assert (home.root / "connectors" / "nieobecnosci_lodz.yaml").exists()


def test_no_clear_text_stays_behind(home: Home, absences: Path) -> None:
    run(home, "new", absences, "--tool", "leave_register")
    run(home, "preview", "leave_register", absences)
    assert not [path for path in home.restricted.rglob("*") if path.is_file()]


def test_a_draft_is_never_overwritten_and_takes_no_name_that_is_taken(home: Home, absences: Path) -> None:
    assert run(home, "new", absences, "--tool", "leave_register").exit_code == 0
    written = (home.root / "connectors" / "leave_register.yaml").read_text()
    again, taken, odd = (run(home, "new", absences, "--tool", name) for name in ("leave_register", "moodle", "Leave 1"))
    assert "is not overwritten" in str(again.exception)
    assert "There is a connector moodle already" in str(taken.exception)
    assert "is no name for a tool" in str(odd.exception)
    assert (home.root / "connectors" / "leave_register.yaml").read_text() == written


def test_a_file_that_is_known_already_is_said_to_be(home: Home) -> None:
    sample = CATALOGUE / "samples" / "totara" / "users_2025-01-31.csv"
    result = run(home, "new", sample, "--tool", "mine")
    assert "The connector totara reads this file already, as users" in result.output


def test_a_kind_that_is_misspelt_is_told_with_the_nearest(home: Home, absences: Path) -> None:
    result = run(home, "new", absences, "--tool", "leave_register", "--kind", "absence")
    assert "did you mean 'absences'?" in str(result.exception)


def test_a_preview_shows_tokens_rejects_and_columns_that_are_not_read(home: Home) -> None:
    sample = CATALOGUE / "samples" / "totara" / "users_2025-01-31.csv"
    result = run(home, "preview", "totara", sample)
    assert result.exit_code == 0, result.output
    assert re.search(r"people +7 +4 +2 +1", result.output)
    assert "required_missing" in result.output
    assert re.search(r"[0-9a-f]{8}…", result.output)
    clear = re.findall(r"[\w.]+@[\w.]+|E0\d{3}", sample.read_text("windows-1250"))
    assert clear
    assert not [text for text in clear if text in result.output]


def test_a_preview_of_statements_lands_nothing_either(home: Home, tmp_path: Path) -> None:
    statement = (
        '{"actor": {"mbox": "mailto:ada@corp.example"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"}, '
        '"object": {"id": "https://lms.example/course/1"}, "timestamp": "2025-03-01T09:05:00Z"}\n'
    )
    (tmp_path / "statements.ndjson").write_text(statement)
    result = run(home, "preview", "xapi", tmp_path / "statements.ndjson")
    assert re.search(r"statements +1 +1 +0 +0", result.output), result.output
    assert "ada@corp" not in result.output
    assert not home.landed("statements").exists()


def test_one_sheet_of_a_workbook_is_drafted_by_name(home: Home, tmp_path: Path) -> None:
    header, *rows = (line.split(";") for line in ABSENCES.splitlines())
    path = workbook(tmp_path / "hr.xlsx", {"Notes": [["a", "b"]] * 90, "Leave": [header, *rows]})
    assert run(home, "new", path, "--tool", "leave_register", "--sheet", "Leave").exit_code == 0
    assert "sheet: [Leave]" in (home.root / "connectors" / "leave_register.yaml").read_text()


def test_the_list_and_the_explanation_name_every_tool_and_export(home: Home) -> None:
    (home.root / "settings.yml").write_text("tools: {academy: {connector: moodle}}")
    listed = run(home, "list").output
    assert "Moodle (academy)" in listed
    assert set(re.findall(r"^(\w+)  ", listed, re.MULTILINE)) >= {"academy", "moodle", "totara", "xapi"}
    explained = run(home, "explain", "academy").output
    assert "connectors/catalogue/moodle.yaml" in explained
    assert "how to get it: Course or site administration" in explained
    assert "academy:user_id" in explained
    assert "tools.academy.rest.endpoint" in explained
    assert "THROUGHLINE_ACADEMY_API_KEY" in explained
    assert "pulled by: POST /webservice/rest/server.php; once per record of courses_api; every night" in explained


def test_a_tool_that_is_not_there_is_told_with_the_nearest(home: Home, absences: Path) -> None:
    assert "did you mean 'moodle'?" in str(run(home, "preview", "moodel", absences).exception)
    assert "did you mean 'moodle'?" in str(run(home, "explain", "moodel").exception)
