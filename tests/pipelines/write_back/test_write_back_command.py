"""`throughline write-back` shows before it sends; the asset sends after a publication, or says that it is off."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import resources
from pipelines.cli import app
from pipelines.resources import HomeResource
from pipelines.writing_back import write_back_asset
from tests.pipelines.write_back.receiving_lrs import PASSWORD, ReceivingLrs
from tests.pipelines.write_back.small_version import publish, settle


def command(home: Home, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["write-back", "--home", str(home.root), *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def materialize(home: Home) -> Any:
    with TemporaryDirectory() as folder, dg.DagsterInstance.ephemeral(tempdir=folder) as instance:
        return dg.materialize(
            [write_back_asset()],
            instance=instance,
            resources={"home": HomeResource(root=str(home.root))},
            raise_on_error=False,
        )


def metadata(result: Any) -> dict[str, Any]:
    (event,) = [event for event in result.all_events if event.event_type_value == "ASSET_MATERIALIZATION"]
    return {name: value.value for name, value in event.event_specific_data.materialization.metadata.items()}


def test_nothing_leaves_the_machine_unless_it_is_asked_to(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, [(1, "a", "2026-03-01 10:00"), (2, "a", "2026-03-01 10:00")])
    for arguments in ([], ["--dry-run"]):
        shown = command(home, *arguments)
        assert "completed" in shown and "2" in shown
        assert "Nothing was sent. To send it: throughline write-back --send" in shown
    assert lrs.headers == []


def test_what_is_shown_tells_nothing_of_whom(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, [(1, "a", "2026-03-01 10:00")])
    shown = command(home, "--dry-run") + command(home, "--send")
    (statement,) = lrs.kept.values()
    assert statement["id"] in shown
    assert statement["actor"]["account"]["name"] not in shown
    assert PASSWORD not in shown


def test_sending_says_what_became_of_it(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, [(1, "a", "2026-03-01 10:00"), (2, "a", "2026-03-01 10:00")])
    assert "completed: 2 statements stored" in command(home, "--send")
    assert "Nothing new" in command(home, "--send")
    publish(home, [(1, "a", "2026-03-01 10:00")])
    assert "completed: 1 voids stored" in command(home, "--send")


def test_a_home_without_settings_is_told_how_to_begin(home: Home) -> None:
    with pytest.raises(SettingsError, match=r"has no write_back.*\n\nwrite_back:"):
        command(home, "--dry-run")


def test_names_are_announced_before_they_leave(home: Home, lrs: ReceivingLrs) -> None:
    settle(home, lrs.endpoint, identity="email", accept_identifying=True)
    publish(home, [(1, "a", "2026-03-01 10:00")])
    result = CliRunner().invoke(app, ["write-back", "--home", str(home.root)])
    assert "identifiers leave the vault" in result.output


def test_the_asset_is_off_until_settings_ask_for_it(home: Home) -> None:
    publish(home, [(1, "a", "2026-03-01 10:00")])
    result = materialize(home)
    assert result.success
    assert metadata(result) == {"state": "off: settings.yml has no write_back"}


def test_the_asset_sends_what_is_published_and_counts_it(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, [(1, "a", "2026-03-01 10:00"), (2, "a", "2026-03-01 10:00")])
    assert metadata(materialize(home)) == {"completed stored": 2}
    assert metadata(materialize(home)) == {}
    assert len(lrs.kept) == 2


def test_the_asset_waits_for_an_lrs_that_is_unwell_and_fails_without_credentials(
    home: Home, lrs: ReceivingLrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_FIRST_WAIT_SECONDS", 0.01)
    publish(home, [(1, "a", "2026-03-01 10:00")])
    lrs.troubles = [503] * 6
    result = materialize(home)
    assert result.success and len(lrs.kept) == 1
    assert len([event for event in result.all_events if event.event_type_value == "STEP_UP_FOR_RETRY"]) == 1
    monkeypatch.delenv("THROUGHLINE_WRITE_BACK_USERNAME")
    failed = materialize(home)
    assert not failed.success
    (failure,) = [event for event in failed.all_events if event.event_type_value == "STEP_FAILURE"]
    assert "THROUGHLINE_WRITE_BACK_USERNAME" in failure.event_specific_data.error_display_string
