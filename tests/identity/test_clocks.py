"""Where the device's clock and the store's name two persons, nobody can tell who it was; everybody else is told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from identity.resolve import Resolution
from tests.identity.test_days import DAY, JOINED, LEFT, RECYCLED, REJOINED, key, on, who
from tests.identity.test_decisions import decided
from tests.identity.test_quarantine import Came, Used
from tests.identity.test_resolve import ANN, BOB


@pytest.fixture
def landed(tmp_path: Path) -> Used:
    return Used(tmp_path)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12)


def owners(resolution: Resolution, token: str, *days: date) -> list[object]:
    """Whose the token was on each of the days."""
    first, last = date.min, date.max
    stretches = [(owner, since or first, until or last) for owner, _, since, until in who(resolution, token)]
    return [owner for day in days for owner, since, until in stretches if since <= day < until]


def came(happened: date, stored: date, token: str = "ann@") -> Came:
    return {token: [(noon(happened), noon(stored))]}


@pytest.mark.parametrize(
    ("happened", "stored"),
    [
        (JOINED + DAY, REJOINED + DAY),  # the heir's clock is months slow, or the leaver's record came late
        (date(2019, 10, 2), REJOINED),  # years slow: before HR knew anybody
        (REJOINED + DAY, JOINED + DAY),  # fast: it can't have happened after it was stored
    ],
)
def test_what_happened_in_one_owner_s_time_and_came_in_another_s_is_nobody_s(
    landed: Used, happened: date, stored: date
) -> None:
    resolution = landed.resolved(RECYCLED, [], came=came(happened, stored))
    before, after = owners(resolution, "ann@", happened - DAY, happened + DAY)
    assert owners(resolution, "ann@", happened) == [None]
    assert before == after and before is not None
    assert ("ambiguous", happened, happened + DAY) in [told[1:] for told in who(resolution, "ann@")]


@pytest.mark.parametrize("stored", [JOINED + 3 * DAY, LEFT + DAY, REJOINED - DAY])
def test_what_came_while_it_was_the_same_person_s_or_nobody_s_is_that_person_s(landed: Used, stored: date) -> None:
    resolution = landed.resolved(RECYCLED, [], came=came(JOINED + 2 * DAY, stored))
    assert owners(resolution, "ann@", JOINED + 2 * DAY) == [key(resolution, "ann")]
    assert len(who(resolution, "ann@")) == 3


def test_an_address_that_was_never_handed_on_is_its_owner_s_by_any_clock(landed: Used) -> None:
    resolution = landed.resolved(RECYCLED[:2], [], came=came(date(2019, 10, 2), REJOINED))
    assert owners(resolution, "ann@", date(2019, 10, 2)) == [key(resolution, "ann")]


def test_an_account_that_changed_hands_and_days_in_a_row_are_cut_alike(landed: Used) -> None:
    account = {"account_token": "a", "email_token": "ann@"}
    days = [JOINED + n * DAY for n in (1, 2, 5)]
    late = {"a": [(noon(day), noon(REJOINED + DAY)) for day in days]}
    resolution = landed.resolved(RECYCLED, [account], came=late)
    ann, bob = key(resolution, "ann"), key(resolution, "bob")
    assert [(owner, since, until) for owner, _, since, until in who(resolution, "a")] == [
        (ann, None, days[0]),
        (None, days[0], days[1] + DAY),
        (ann, days[1] + DAY, days[2]),
        (None, days[2], days[2] + DAY),
        (ann, days[2] + DAY, LEFT),
        (None, LEFT, REJOINED),
        (bob, REJOINED, None),
    ]


def test_seconds_over_midnight_before_the_day_of_handing_over_are_still_of_the_day(landed: Used) -> None:
    people = [ANN | on(JOINED), ANN | on(LEFT, employment_status="left"), BOB | on(LEFT, email_token="ann@")]
    at = datetime.combine(LEFT, datetime.min.time()) - timedelta(seconds=5)
    resolution = landed.resolved(people, [], came={"ann@": [(at, at + timedelta(seconds=8))]})
    assert owners(resolution, "ann@", LEFT - DAY) == [key(resolution, "ann")]


def test_two_numbers_that_were_decided_to_be_one_person_s_disagree_on_nothing(landed: Used) -> None:
    one = (decided("same", "ann", "bob"),)
    resolution = landed.resolved(RECYCLED, [], decisions=one, came=came(JOINED + DAY, REJOINED + DAY))
    assert owners(resolution, "ann@", JOINED + DAY) == [key(resolution, "ann")]
