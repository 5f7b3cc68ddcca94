"""Whose something was on a day: stretches that cover all time, against a day-by-day oracle."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from identity.timelines import ALWAYS, STILL, Claim, timeline

FIRST = date(2024, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(-1, 14)]
ENDS = st.integers(0, 12).map(lambda n: FIRST + timedelta(days=n))
CLAIMS = st.lists(
    st.builds(Claim, st.sampled_from(["a", "b", "c", None]), ENDS | st.just(ALWAYS), ENDS | st.just(STILL)), max_size=5
)


def told_by_the_oracle(claims: list[Claim], day: date) -> str | None:
    """What the days one by one say: claimants of the day, or of the nearest days before and after that have any."""

    def claimants(of: date) -> set[str | None]:
        return {claim.person for claim in claims if claim.since <= of < claim.until}

    def nearest(days: list[date]) -> set[str | None]:
        return next((found for of in days if (found := claimants(of))), set())

    around = claimants(day) or nearest([d for d in DAYS if d < day][::-1]) | nearest([d for d in DAYS if d > day])
    return next(iter(around)) if len(around) == 1 else None


@given(CLAIMS)
def test_every_day_is_told_as_the_days_one_by_one_tell_it(claims: list[Claim]) -> None:
    stretches = timeline(claims)
    assert (stretches[0].since, stretches[-1].until) == (ALWAYS, STILL)
    for one, next_one in pairwise(stretches):
        assert one.until == next_one.since
        assert one.person != next_one.person
    for day in DAYS:
        (held,) = [stretch for stretch in stretches if stretch.since <= day < stretch.until]
        assert held.person == told_by_the_oracle(claims, day), (day, stretches)


def test_nothing_claimed_is_nobody_s() -> None:
    assert timeline([]) == [Claim(None, ALWAYS, STILL)]
