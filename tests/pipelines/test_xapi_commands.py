"""`throughline xapi check`: one verdict per statement, for programs and for people."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.errors import SettingsError
from pipelines.cli import app
from tests.connectors.xapi.samples import STATEMENT, changed, lines

ACCEPTED = lines(STATEMENT, changed(timestamp="2024-03-01T10:00:00", version=None))
REJECTED = lines(STATEMENT, changed(verb={"id": "did"}))


def check(file: Path | str, *options: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["xapi", "check", str(file), *options], input=stdin)


@pytest.fixture
def statements(tmp_path: Path) -> Path:
    return tmp_path / "statements.ndjson"


def test_json_is_an_object_per_statement_and_a_reject_is_exit_code_one(statements: Path) -> None:
    statements.write_bytes(REJECTED)
    result = check(statements, "--version", "1.0.3", "--format", "json")
    assert result.exit_code == 1
    first, second = map(json.loads, result.output.splitlines())
    accepted: dict[str, object] = {"verdict": "accept", "rule": None, "message": None, "pointer": None, "flags": []}
    assert first == {"position": 1, "id": STATEMENT["id"], **accepted}
    message = "Expected an absolute IRI with a scheme (2.2 s4.b4)."
    rejected = {"verdict": "reject", "rule": "iri", "message": message, "pointer": "/verb/id", "flags": []}
    assert second == {"position": 2, "id": STATEMENT["id"], **rejected}


def test_nothing_rejected_is_exit_code_zero_and_people_see_flags_and_counts(statements: Path) -> None:
    statements.write_bytes(ACCEPTED)
    result = check(statements)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"line 2, statement 2 ({STATEMENT['id']}): accepted, timestamp_without_zone",
        "2 statements: 2 accepted (1 of them flagged), 0 rejected.",
    ]


def test_the_version_decides(statements: Path) -> None:
    naive = lines(changed(timestamp="2024-03-01T10:00:00", version=None))
    statements.write_bytes(naive)
    assert [check(statements, "--version", version).exit_code for version in ("1.0.3", "2.0.0")] == [0, 1]


def test_a_version_that_the_statement_does_not_speak_is_said_to_be_the_one_that_is_judged_by(statements: Path) -> None:
    statements.write_bytes(lines(STATEMENT))
    rejected, _ = check(statements, "--version", "2.0.0").output.splitlines()
    assert rejected.endswith(
        "version at /version. Expected version 1.0.x or 2.0.x, the one that is judged by (2.4.10)."
    )


def test_a_folder_is_not_said_to_be_missing(tmp_path: Path) -> None:
    result = check(tmp_path)
    assert isinstance(result.exception, SettingsError)
    assert "is a folder" in str(result.exception)


def test_what_another_program_writes_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(REJECTED,))
    writer.start()
    result = check(pipe)
    writer.join()
    assert result.output.endswith("2 statements: 1 accepted (0 of them flagged), 1 rejected.\n")


def test_people_see_line_rule_place_and_what_was_expected(statements: Path) -> None:
    statements.write_bytes(b"# exported\n" + REJECTED)
    rejected, counts = check(statements).output.splitlines()
    assert rejected.startswith(f"line 3, statement 2 ({STATEMENT['id']}): rejected, iri at /verb/id. Expected an abs")
    assert counts == "2 statements: 1 accepted (0 of them flagged), 1 rejected."


def test_standard_input_is_read_where_the_file_is_a_dash() -> None:
    result = check("-", "--format", "json", stdin=ACCEPTED)
    assert [json.loads(line)["verdict"] for line in result.output.splitlines()] == ["accept", "accept"]


def test_a_file_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    result = check(tmp_path / "gone.ndjson")
    assert isinstance(result.exception, SettingsError)
    assert "There is no file" in str(result.exception)


def test_a_version_that_the_rules_do_not_know_is_refused(statements: Path) -> None:
    statements.write_bytes(ACCEPTED)
    result = check(statements, "--version", "0.95")
    assert result.exit_code == 2
    assert "1.0.3" in result.output
