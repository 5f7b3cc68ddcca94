"""A statement belongs to exactly one day, whatever a server understands by `since` and `until`."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.http.credentials import Credentials
from connectors.xapi.lrs.source import Source
from connectors.xapi.lrs.window import PulledWindow, ids, pull
from tests.connectors.xapi.lrs.servers import pulled_ids

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
NAMES = [f"6690e6c9-3ef0-4ed3-8b37-{number:012}" for number in range(60)]


class Lrs:
    """Holds statements by the moment that it filters on; pages, bounds and fractions are its own affair."""

    def __init__(
        self,
        stored: list[datetime],
        *,
        page: int = 3,
        since_is_inclusive: bool = False,
        until_is_exclusive: bool = False,
        cuts_fractions: bool = False,
        shuffles: bool = False,
        filters_on: str = "stored",
        happened: list[datetime] | None = None,
    ) -> None:
        moments = zip(NAMES, stored, happened or stored, strict=False)
        self.statements = [{"id": i, "stored": text(s), "timestamp": text(h)} for i, s, h in moments]
        self.page, self.shuffles, self.filters_on = page, shuffles, filters_on
        self.since_is_inclusive, self.until_is_exclusive = since_is_inclusive, until_is_exclusive
        self.cuts_fractions = cuts_fractions

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        found = sorted(
            (s for s in self.statements if self._is_asked_for(s, query)), key=lambda s: str(s[self.filters_on])
        )
        if self.shuffles:
            found = found[::2][::-1] + found[1::2]
        offset = int(query.get("offset", 0))
        rest = f"/xapi/statements?since={query['since']}&until={query['until']}&offset={offset + self.page}"
        more = rest if offset + self.page < len(found) else ""
        return httpx.Response(200, json={"statements": found[offset : offset + self.page], "more": more})

    def _is_asked_for(self, statement: dict[str, Any], query: dict[str, str]) -> bool:
        at, since, until = map(self._seen, (statement[self.filters_on], query["since"], query["until"]))
        after = at >= since if self.since_is_inclusive else at > since
        return after and (at < until if self.until_is_exclusive else at <= until)

    def _seen(self, moment: str) -> datetime:
        seen = datetime.fromisoformat(moment)
        return seen.replace(microsecond=seen.microsecond // 1000 * 1000) if self.cuts_fractions else seen


def text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def day(lrs: Lrs, number: int, folder: Path, **settings: Any) -> PulledWindow:
    """Pull the day that begins ``number`` days after MIDNIGHT."""
    start = MIDNIGHT + timedelta(days=number)
    source = Source(endpoint="https://lrs.example.org/xapi", **settings)
    into, transport = folder / f"{number}.ndjson", httpx.MockTransport(lrs)
    return pull(source, Credentials("a", "b"), start, start + timedelta(days=1), into, transport=transport)


edges = st.sampled_from([-1, 0, 1, 2]).map(timedelta) | st.just(timedelta(hours=12))
nearby = st.integers(-3000, 3000).map(lambda us: timedelta(microseconds=us)) | st.just(timedelta(0))
moments = st.builds(lambda edge, near: MIDNIGHT + edge + near, edges, nearby)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(moments, max_size=40), st.integers(1, 5), st.booleans(), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from([0.0, 0.001, 15.0]),
)  # fmt: skip
def test_every_statement_falls_into_one_day_and_into_its_own(
    stored: list[datetime], page: int, inclusive: bool, exclusive: bool, cuts: bool, shuffles: bool, overlap: float
) -> None:
    """Servers that keep to the standard; those that don't at its edges need the overlap to be more than nothing."""
    if overlap < 1:
        inclusive = exclusive = cuts = False
    lrs = Lrs(
        stored, page=page, since_is_inclusive=inclusive, until_is_exclusive=exclusive, cuts_fractions=cuts,
        shuffles=shuffles,
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        found = {n: pulled_ids(day(lrs, n, Path(folder), overlap_minutes=overlap)) for n in range(-2, 4)}
    assert Counter(name for names in found.values() for name in names) == Counter(NAMES[: len(stored)])
    for name, moment in zip(NAMES, stored, strict=False):
        assert name in found[(moment - MIDNIGHT).days]


def test_what_was_stored_in_the_overlap_is_handed_back_and_not_kept(tmp_path: Path) -> None:
    lrs = Lrs([MIDNIGHT - timedelta(minutes=5), MIDNIGHT, MIDNIGHT + timedelta(days=1)])
    window = day(lrs, 0, tmp_path)
    assert pulled_ids(window) == [NAMES[1]]
    assert window.before == {NAMES[0]}
    assert ids(window.path) == {NAMES[1]}


def test_the_overlap_can_be_widened_and_never_vanishes(tmp_path: Path) -> None:
    lrs = Lrs([MIDNIGHT - timedelta(hours=40), MIDNIGHT - timedelta(microseconds=500)])
    assert day(lrs, 0, tmp_path, overlap_minutes=0).before == {NAMES[1]}
    assert day(lrs, 0, tmp_path, overlap_minutes=1440).before == {NAMES[1]}


def test_a_server_that_filters_on_timestamp_loses_nothing_and_is_told_apart(tmp_path: Path) -> None:
    """Ralph's file system back-end does so. Everything was received in one go, two days later."""
    happened = [MIDNIGHT + timedelta(minutes=minutes) for minutes in (-10, 0, 10, 60 * 23, 60 * 24 + 1)]
    lrs = Lrs([MIDNIGHT + timedelta(days=2, hours=9)] * 5, happened=happened, filters_on="timestamp")
    windows = {n: day(lrs, n, tmp_path) for n in (-1, 0, 1)}
    assert {n: pulled_ids(window) for n, window in windows.items()} == {-1: NAMES[:1], 0: NAMES[1:4], 1: NAMES[4:5]}
    assert [window.strays > 0 for window in windows.values()] == [True, True, True]


def test_a_clock_ahead_of_such_a_server_loses_nothing_either(tmp_path: Path) -> None:
    """Stored just before midnight, happened (by the learner's clock) just after it, and asked for by the latter."""
    stored = [MIDNIGHT - timedelta(minutes=3), MIDNIGHT + timedelta(days=2)]
    happened = [MIDNIGHT + timedelta(minutes=3), MIDNIGHT + timedelta(hours=3)]
    window = day(Lrs(stored, happened=happened, filters_on="timestamp"), 0, tmp_path)
    assert sorted(pulled_ids(window)) == NAMES[:2]


def test_a_clock_that_jumps_moves_no_statement_out_of_sight(tmp_path: Path) -> None:
    """The server's clock was set back by an hour at noon and forward by a day; ``stored`` is what counts."""
    stored = [MIDNIGHT + timedelta(hours=hours) for hours in (11, 12, 11, 11.5, 35, 12.5)]
    lrs = Lrs(stored, page=2, shuffles=True)
    assert sorted(pulled_ids(day(lrs, 0, tmp_path))) == sorted([*NAMES[:4], NAMES[5]])
    assert pulled_ids(day(lrs, 1, tmp_path)) == [NAMES[4]]


@pytest.mark.parametrize("stored", ["", "yesterday", "9999-12-31T23:59:59-23:00", None, 7, ["2024"]])
def test_a_statement_that_does_not_say_when_it_was_stored_is_kept_where_it_was_met(
    tmp_path: Path, stored: object
) -> None:
    body = {"statements": [{"id": NAMES[0], "stored": stored}, {"id": NAMES[1]}]}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=json.dumps(body).encode()))
    source = Source(endpoint="https://lrs.example.org/xapi")
    window = pull(
        source, Credentials("a", "b"), MIDNIGHT, MIDNIGHT + timedelta(days=1), tmp_path / "x", transport=transport
    )
    assert pulled_ids(window) == NAMES[:2]
