"""Trouble outside is waited out; trouble of our own is told at once."""

from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest

from connectors.errors import OriginalRefused, SettingsError, ThroughlineError, Transient, TryLater
from pipelines import resources
from pipelines.resources import outside_trouble_is_retried


def asked_to_wait(error: Exception, retry_number: int) -> float:
    """How many seconds the retry of this error waits."""
    context = cast("dg.AssetExecutionContext", SimpleNamespace(retry_number=retry_number))
    with pytest.raises(dg.RetryRequested) as asked, outside_trouble_is_retried(context):
        raise error
    return float(asked.value.seconds_to_wait or 0)


def materialized(*errors: Exception) -> tuple[Any, list[float]]:
    """What became of an asset that raises these errors, one per attempt, and the waits between its attempts."""
    left = list(errors)

    @dg.asset
    def troubled(context: dg.AssetExecutionContext) -> None:
        with outside_trouble_is_retried(context):
            if left:
                raise left.pop(0)

    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        result = dg.materialize([troubled], instance=instance, raise_on_error=False)
    retries = [event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]
    return result, [event.step_retry_data.seconds_to_wait for event in retries]


def failure(result: Any) -> Any:
    (failed,) = (event for event in result.all_events if event.is_step_failure)
    return failed.event_specific_data


def test_the_waits_double() -> None:
    assert [asked_to_wait(Transient("busy"), n) for n in range(4)] == [5, 10, 20, 40]


def test_a_server_that_asks_for_more_patience_gets_it() -> None:
    assert asked_to_wait(TryLater("busy", wait_seconds=90), 0) == 90
    assert asked_to_wait(TryLater("busy", wait_seconds=1), 3) == 40
    assert asked_to_wait(TryLater("busy"), 1) == 10


def test_no_server_is_waited_for_longer_than_an_hour() -> None:
    assert asked_to_wait(TryLater("closed", wait_seconds=1e9), 0) == 3600


def test_what_passes_by_itself_is_tried_again_until_it_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_FIRST_WAIT_SECONDS", 0.01)
    result, waits = materialized(Transient("busy"), Transient("still busy"))
    assert result.success
    assert waits == [0.01, 0.02]


def test_what_does_not_pass_fails_after_five_attempts_and_says_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_FIRST_WAIT_SECONDS", 0.001)
    result, waits = materialized(*[Transient("the disk is full")] * 9)
    assert not result.success
    assert waits == [0.001, 0.002, 0.004, 0.008]
    assert "the disk is full" in failure(result).error_display_string


@pytest.mark.parametrize(
    "error",
    [SettingsError("set it"), OriginalRefused("It is HTML.", "export it."), ThroughlineError("it does not balance")],
    ids=lambda error: type(error).__name__,
)
def test_what_does_not_get_right_by_waiting_is_not_repeated(error: ThroughlineError) -> None:
    result, waits = materialized(error)
    assert not result.success
    assert waits == []
    assert failure(result).user_failure_data.description == str(error)


def test_a_bug_is_neither_repeated_nor_dressed_up() -> None:
    result, waits = materialized(ZeroDivisionError("a bug"))
    assert not result.success
    assert waits == []
    assert failure(result).user_failure_data is None
