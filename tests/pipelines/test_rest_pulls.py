"""A pull from an API as Dagster and the command run it: with a window a day is a unit, without one it is a day's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
import yaml
from dagster._serdes import serialize_value
from typer.testing import CliRunner, Result

from connectors import archive, landing
from connectors.home import Home
from pipelines import cli, resources
from pipelines.export_pulls import ScheduledPull
from pipelines.resources import HomeResource
from pipelines.rest_pulls import rest_pulls
from pipelines.settings import declarations
from tests.pipelines.clear_text import outside_the_restricted_zone
from tests.scripted_server import Answer, Asked, Server, answering, serving, wait_shortly

PAGE = (Path(__file__).parents[2] / "docs" / "pulling.md").read_text(encoding="utf-8")
EXAMPLE, SETTINGS = (
    next(block for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL) if words in block)
    for words in ("tool: coursebox", "acme.coursebox")
)
DAY, NEXT_DAY = "2026-03-01", "2026-03-02"
SECRET = "s3cret-canary-of-the-api"
PEOPLE = """
  people:
    title: everybody
    how: Pulled.
    format: json
    delivers: snapshot
    records: people
    pull: {path: /api/v2/people}
    columns: {number: number}
    kinds:
      people:
        columns:
          person_token: {from: number, identifier: employee_number}
          effective_date: {given: extracted_at}
          is_deleted: {constant: "false"}
"""


class Coursebox:
    """The API of the page's example. ``troubles``: statuses that the next requests get instead of an answer."""

    def __init__(self) -> None:
        self.changed: list[dict[str, Any]] = []
        self.people: list[dict[str, str]] = []
        self.troubles: list[int] = []
        self.server = Server()

    def __call__(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {SECRET}":
            return Answer(status=401)
        if self.troubles:
            return Answer(status=self.troubles.pop(0))
        if asked.resource == "/api/v2/people":
            return answering({"people": self.people})
        query = asked.query
        found = [one for one in self.changed if query["updated_from"] <= one["updated_at"] < query["updated_to"]]
        begin = int(query.get("cursor", "0"))
        following = str(begin + 2) if begin + 2 < len(found) else None
        return answering({"data": found[begin : begin + 2], "meta": {"next": following, "total": len(found)}})


def enrolment(number: int, moment: str, status: str = "finished") -> dict[str, Any]:
    return {
        "id": number,
        "learner": {"email": f"learner{number}@example.org"},
        "course": {"id": "SAFE-1", "title": "Working safely"},
        "status": status,
        "updated_at": moment,
    }


def of_day(day: str, *numbers: int) -> list[dict[str, Any]]:
    return [enrolment(number, f"{day}T12:{number:02}:00Z") for number in numbers]


@pytest.fixture
def api(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Coursebox]:
    """The API that the page declares, and a complete list of people beside it, in a home's settings."""
    monkeypatch.setattr(resources, "_FIRST_WAIT_SECONDS", 0.01)
    wait_shortly(monkeypatch)
    monkeypatch.setenv("THROUGHLINE_COURSEBOX_TOKEN", SECRET)
    coursebox = Coursebox()
    with serving(coursebox) as coursebox.server:
        (home.root / "connectors").mkdir(parents=True, exist_ok=True)
        declared = EXAMPLE.replace("per_minute: 120", "per_minute: 1000000") + PEOPLE
        (home.root / "connectors" / "coursebox.yaml").write_text(declared, encoding="utf-8")
        endpoint = SETTINGS.replace("https://acme.coursebox.example", coursebox.server.endpoint)
        (home.root / "settings.yml").write_text(endpoint, encoding="utf-8")
        yield coursebox


def pulls(home: Home) -> dict[str, ScheduledPull]:
    return {each.export: each for each in rest_pulls({"coursebox": declarations(home)["coursebox"]})}


def pull(home: Home, export: str, *days: str | None) -> Any:
    """Materialise an export (days of it); returns the last result."""
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        for day in days or (None,):
            result = dg.materialize(
                [pulls(home)[export].assets],
                partition_key=day,
                instance=instance,
                resources={"home": HomeResource(root=str(home.root))},
                raise_on_error=False,
            )
    return result


def failure(result: Any) -> str:
    (failed,) = (event for event in result.all_events if event.is_step_failure)
    return str(failed.event_specific_data.error_display_string)


def landed(home: Home, kind: str = "enrolments", column: str = "enrolment_id") -> list[Any]:
    files = sorted(home.landed(kind, "coursebox").glob("*.parquet"))
    return sorted(value for file in files for value in pq.read_table(file)[column].to_pylist())


def run(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["pull", "coursebox", *arguments, "--home", str(home.root)])


def test_the_example_of_the_page_pulls_a_day(home: Home, api: Coursebox) -> None:
    api.changed = of_day(DAY, 1, 2, 3) + of_day(NEXT_DAY, 4)
    result = run(home, "--day", DAY, "--export", "enrolments")
    assert result.exit_code == 0, result.output
    assert f"enrolments-{DAY}: 3 records in 2 answers" in result.output
    assert "enrolments: 3 landed, 0 rejected, 0 duplicate" in result.output
    assert landed(home) == ["1", "2", "3"]
    asked = api.server.requests[0]
    assert (asked.query["updated_from"], asked.query["limit"]) == ("2026-02-28T23:45:00Z", "200")
    (original,) = archive.originals(home, "coursebox")
    assert [len(json.loads(line)["data"]) for line in original.path.read_bytes().splitlines()] == [2, 1]
    assert (original.source_file, original.pulled_as) == (f"enrolments-{DAY}.ndjson", "enrolments")


def test_a_day_that_is_pulled_again_replaces_itself_and_an_empty_one_is_empty(home: Home, api: Coursebox) -> None:
    api.changed = of_day(DAY, 1, 2, 3) + of_day(NEXT_DAY, 4, 5)
    assert pull(home, "enrolments", DAY, NEXT_DAY).success
    api.changed = of_day(DAY, 2, 6)
    result = pull(home, "enrolments", DAY, NEXT_DAY)
    assert result.success
    assert landed(home) == ["2", "6"]
    units = {row["unit"]: (row["status"], row["rows_read"]) for row in landing.ledger(home, "coursebox").to_pylist()}
    assert units == {f"enrolments-{DAY}": ("landed", 2), f"enrolments-{NEXT_DAY}": ("landed", 0)}
    (made,) = (event for event in result.all_events if event.event_type_value == "ASSET_MATERIALIZATION")
    assert made.asset_key == dg.AssetKey(["rest", "coursebox", "enrolments", "enrolments"])
    told = {name: value.value for name, value in made.event_specific_data.materialization.metadata.items()}
    assert told == {
        "dagster/partition_row_count": 0, "rows_read": 0, "rows_landed": 0, "rows_rejected": 0, "rows_duplicate": 0,
        "answers": 1, "records": 0, "records_gone": 0,
    }  # fmt: skip


def test_a_list_is_a_unit_a_day_and_one_that_shrinks_replaces_nothing(home: Home, api: Coursebox) -> None:
    api.people = [{"number": f"{number:03}"} for number in range(40)]
    assert pull(home, "people").success
    today = datetime.now(UTC).date().isoformat()
    assert {row["unit"] for row in landing.ledger(home, "coursebox").to_pylist()} == {f"people-{today}"}
    api.people = api.people[:39]
    assert pull(home, "people").success
    assert len(landed(home, "people", "person_token")) == 39
    api.people = api.people[:5]
    result = pull(home, "people")
    assert not result.success
    assert "was pulled again with 5 records, before it held 39" in failure(result)
    assert len(landed(home, "people", "person_token")) == 39


def test_a_server_that_stays_busy_is_tried_again_and_leaves_what_was_there(home: Home, api: Coursebox) -> None:
    api.changed = of_day(DAY, 1)
    assert pull(home, "enrolments", DAY).success
    api.troubles = [503] * 11
    result = pull(home, "enrolments", DAY)
    assert result.success
    waits = [e.step_retry_data.seconds_to_wait for e in result.all_events if e.event_type_value == "STEP_UP_FOR_RETRY"]
    assert waits == [0.01, 0.02], "five requests are one pull"
    api.troubles = [503] * 25
    result = pull(home, "enrolments", DAY)
    assert "answers 503" in failure(result)
    assert landed(home) == ["1"]


def test_the_secret_is_told_to_nobody_but_the_server(
    home: Home, api: Coursebox, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    api.changed = of_day(DAY, 1)
    told = pull(home, "enrolments", DAY).all_events
    api.troubles = [503, 403]
    told += pull(home, "enrolments", DAY).all_events
    monkeypatch.setenv("THROUGHLINE_COURSEBOX_TOKEN", "another-canary")
    wrong = pull(home, "enrolments", DAY)
    assert "401" in failure(wrong)
    assert "check THROUGHLINE_COURSEBOX_TOKEN" in failure(wrong)
    texts = [serialize_value(event) for event in [*told, *wrong.all_events]]
    texts += [text for _, text in outside_the_restricted_zone(home.root)]
    files = [path for path in home.root.rglob("*") if path.is_file()]
    texts += [*capfd.readouterr(), *(path.read_bytes().decode("latin-1") for path in files)]
    assert any("learner1@example.org" in text for text in texts), "the archive is looked at too"
    assert [text[:80] for text in texts if SECRET in text or "another-canary" in text] == []


def test_what_is_missing_is_said_before_anything_is_asked(
    home: Home, api: Coursebox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THROUGHLINE_COURSEBOX_TOKEN")
    assert "set THROUGHLINE_COURSEBOX_TOKEN (or the same with _FILE" in str(run(home, "--day", DAY).exception)
    assert "did you mean 'enrolments'?" in str(run(home, "--export", "enrolment").exception)
    assert "such as 2026-03-31" in str(run(home, "--day", "yesterday").exception)
    settings = home.root / "settings.yml"
    settings.write_text(settings.read_text().replace("endpoint", "endpiont"))
    assert "tools.coursebox.rest: endpoint: Field required; endpiont: unknown setting" in str(run(home).exception)
    settings.write_text("{}")
    assert "settings.yml names no API for coursebox" in str(run(home).exception)
    assert api.server.requests == []


def test_a_doctor_looks_for_the_secrets_of_apis(home: Home, api: Coursebox, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.examination import examine

    def told() -> list[tuple[bool, str]]:
        return [(finding.is_fine, finding.message) for finding in examine(home.open()) if finding.subject == "apis"]

    assert told() == [(True, "coursebox can be pulled: THROUGHLINE_COURSEBOX_TOKEN is there")]
    monkeypatch.delenv("THROUGHLINE_COURSEBOX_TOKEN")
    ((is_fine, message),) = told()
    assert (is_fine, "set THROUGHLINE_COURSEBOX_TOKEN" in message) == (False, True)


def test_a_window_is_pulled_by_days_and_everything_else_once_a_night(home: Home, api: Coursebox) -> None:
    known = pulls(home)
    night = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, 3, 1, tzinfo=UTC))
    requests = known["enrolments"].schedule(night)
    assert isinstance(requests, list)
    assert [request.partition_key for request in requests] == ["2026-03-01", "2026-03-02"]
    assert known["people"].schedule.cron_schedule == "0 2 * * *"
    days = known["enrolments"].assets.partitions_def
    assert isinstance(days, dg.DailyPartitionsDefinition)
    assert days.start.date() == date(2026, 1, 1)
    assert known["people"].assets.partitions_def is None


def test_what_was_pulled_is_mapped_again_by_a_better_declaration(home: Home, api: Coursebox) -> None:
    from pipelines import runs

    api.changed = [enrolment(1, f"{DAY}T12:00:00Z"), enrolment(2, f"{DAY}T12:00:00Z", status="dropped")]
    pull(home, "enrolments", DAY)
    assert landed(home) == ["1"]
    file = home.root / "connectors" / "coursebox.yaml"
    file.write_text(file.read_text().replace("{enrolled: assigned,", "{dropped: cancelled, enrolled: assigned,"))
    (again,) = runs.replay(home, "coursebox")
    assert (again.status, landed(home)) == ("landed", ["1", "2"])


def test_settings_of_the_page_are_settings() -> None:
    from connectors.sources.rest.source import Source

    (block,) = (text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "users_api" in text)
    Source.model_validate(yaml.safe_load(block)["tools"]["moodle"]["rest"])
