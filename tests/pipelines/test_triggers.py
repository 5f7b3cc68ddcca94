"""What starts a run by itself: the inbox when its files have come to rest, the night, and the day before."""

import os
from datetime import UTC, datetime
from pathlib import Path
from time import time

import dagster as dg
import pytest

from connectors.archive import take_in
from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import triggers
from pipelines.pulls import pull_assets, pull_schedule, pulled_tools
from pipelines.resources import HomeResource
from pipelines.settings import declarations

LONG_AGO = 3600.0


def drop(home: Home, name: str, content: str = "x", seconds_ago: float = LONG_AGO) -> Path:
    path = home.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    changed = time() - seconds_ago
    os.utime(path, (changed, changed))
    return path


def ticked(home: Home) -> dg.RunRequest | dg.SkipReason:
    """What the inbox sensor answers now."""
    sensor = triggers.inbox_sensor("run", frozenset({"moodle", "totara", "xapi"}))
    with dg.build_sensor_context(resources={"home": HomeResource(root=str(home.root))}) as context:
        answer = sensor(context)
    assert isinstance(answer, dg.RunRequest | dg.SkipReason)
    return answer


def run_key(home: Home) -> str:
    answer = ticked(home)
    assert isinstance(answer, dg.RunRequest)
    assert answer.run_key
    return answer.run_key


def test_an_empty_inbox_starts_nothing(home: Home) -> None:
    assert isinstance(ticked(home), dg.SkipReason)


def test_a_home_that_was_never_opened_starts_nothing(tmp_path: Path) -> None:
    assert isinstance(ticked(Home(tmp_path / "nowhere")), dg.SkipReason)
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_no_connector_reads_fails_the_sensor_with_the_next_step(home: Home) -> None:
    drop(home, "modle/log.csv")
    with pytest.raises(SettingsError, match=r"inbox/modle.*Reload the code location"):
        ticked(home)


def test_a_file_that_still_changes_is_waited_for(home: Home) -> None:
    drop(home, "moodle/log.csv", seconds_ago=1)
    assert isinstance(ticked(home), dg.SkipReason)
    drop(home, "moodle/log.csv", seconds_ago=60)
    assert isinstance(ticked(home), dg.RunRequest)


@pytest.mark.parametrize("name", ["moodle/log.csv.part", "moodle/.hidden", "moodle/~$open.xlsx", "stray.csv"])
def test_what_is_no_finished_file_of_a_tool_starts_nothing(home: Home, name: str) -> None:
    drop(home, name)
    assert isinstance(ticked(home), dg.SkipReason)


def test_the_same_files_ask_for_one_run_only(home: Home) -> None:
    drop(home, "moodle/log.csv")
    drop(home, "totara/users.csv")
    assert run_key(home) == run_key(home)


def test_new_files_ask_again(home: Home) -> None:
    drop(home, "moodle/log.csv")
    keys = [run_key(home)]
    drop(home, "moodle/grades.csv")
    keys.append(run_key(home))
    drop(home, "moodle/grades.csv", "the same name, with more in it")
    keys.append(run_key(home))
    assert len(set(keys)) == 3


def test_the_same_file_dropped_again_after_it_was_taken_in_asks_again(home: Home) -> None:
    drop(home, "moodle/log.csv")
    before = run_key(home)
    take_in(home, "moodle")
    assert isinstance(ticked(home), dg.SkipReason)
    drop(home, "moodle/log.csv", seconds_ago=LONG_AGO / 2)
    assert run_key(home) != before


def test_the_run_key_holds_no_file_name(home: Home) -> None:
    drop(home, "moodle/zephyrine_quillfeather.csv")
    assert set(run_key(home)) <= set("0123456789abcdef")


def test_a_file_that_is_taken_in_while_the_sensor_looks_does_not_break_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, there = drop(home, "moodle/gone.csv"), drop(home, "moodle/there.csv")
    gone.unlink()
    alone = run_key(home)
    monkeypatch.setattr(triggers, "waiting", lambda _home, _tool: [gone, there])
    assert run_key(home) == alone


def test_a_night_pulls_the_days_before_it_that_may_not_have_been_complete(home: Home) -> None:
    settings = "tools: {xapi: {lrs: {endpoint: 'https://lrs.example.org/xapi', since: 2024-02-29, nightly_days: 3}}}"
    (home.root / "settings.yml").write_text(settings)
    known = declarations(home)
    source = pulled_tools(known)["xapi"]
    pulls = pull_assets(known["xapi"], source)
    schedule = pull_schedule(pulls, "xapi", source)
    night = datetime(2024, 3, 2, 1, 0, tzinfo=UTC)
    requests = schedule(dg.build_schedule_context(scheduled_execution_time=night))
    assert isinstance(requests, list)
    days = [request.partition_key for request in requests]
    assert days == ["2024-02-29", "2024-03-01"], "nothing before the first day that can be pulled"
    assert pulls.partitions_def is not None
    assert set(days) <= set(pulls.partitions_def.get_partition_keys(current_time=night))
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 1 * * *", "UTC")
