"""What was planned before outcomes were seen stays as it was, and what was changed afterwards shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.effects.plans import Plan, PlannedTeam, Told
from pipelines.effects.registrations import Registrations

PLAN = Plan(
    initiative_id="I", kpi_id="k", definition_version="1", window_days=180, lag_days=30, assignment="randomised",
    registered_on=date(2025, 1, 1),
    teams=(PlannedTeam("A", date(2025, 3, 1), 1), PlannedTeam("B", date(2025, 5, 1), 2)),
)  # fmt: skip
TOLD = Told(PLAN, datetime(2025, 1, 12))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_plan_is_frozen_once_and_read_back_as_it_was(home: Home) -> None:
    assert Registrations(home).freeze(TOLD)
    assert not Registrations(home).freeze(TOLD)
    (registration,) = Registrations(home).all()
    assert registration.plan == PLAN
    assert registration.fingerprint == PLAN.fingerprint
    assert registration.known_since == datetime(2025, 1, 12)
    assert registration.is_current
    assert not registration.changed_after_outcomes


@pytest.mark.parametrize(
    "changed",
    [
        replace(PLAN, kpi_id="k", window_days=90),
        replace(PLAN, lag_days=60),
        replace(PLAN, assignment="chosen"),
        replace(PLAN, teams=PLAN.teams[:1]),
        replace(PLAN, definition_version="2"),
        replace(PLAN, analysis="another estimator"),
    ],
)
def test_whatever_is_changed_in_a_plan_makes_another_registration_and_the_old_one_stays(
    home: Home, changed: Plan
) -> None:
    registrations = Registrations(home)
    registrations.freeze(TOLD)
    registrations.freeze(Told(changed, datetime(2025, 2, 1)))
    first, second = Registrations(home).all()
    assert (first.plan, first.is_current) == (PLAN, False)
    assert (second.plan, second.is_current) == (changed, True)
    assert not second.changed_after_outcomes


def test_a_plan_that_is_changed_after_its_outcomes_were_joined_says_so(home: Home) -> None:
    registrations = Registrations(home)
    registrations.freeze(TOLD)
    registrations.note_outcomes(registrations.current()[0])
    registrations.note_outcomes(registrations.current()[0])
    registrations.freeze(Told(replace(PLAN, lag_days=0), datetime(2025, 1, 13)))
    first, second = Registrations(home).all()
    assert first.outcomes_joined_at is not None
    assert second.changed_after_outcomes
    # Going back to the first plan doesn't undo having looked.
    registrations.freeze(TOLD)
    assert Registrations(home).current()[0].changed_after_outcomes


@pytest.mark.parametrize("spoil", ["change", "take_out"])
def test_a_file_that_somebody_changed_is_refused(home: Home, spoil: str) -> None:
    registrations = Registrations(home)
    registrations.freeze(TOLD)
    registrations.freeze(Told(replace(PLAN, lag_days=0), datetime(2025, 1, 13)))
    registrations.freeze(Told(replace(PLAN, lag_days=90), datetime(2025, 1, 14)))
    (path,) = (home.root / "registrations").iterdir()
    lines = path.read_text().splitlines()
    kept = [lines[0].replace("2025-03-01", "2025-04-01"), *lines[1:]] if spoil == "change" else [lines[0], lines[2]]
    path.write_text("\n".join(kept) + "\n")
    with pytest.raises(SettingsError, match="doesn't follow the line before it"):
        Registrations(home)
