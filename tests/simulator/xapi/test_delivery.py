"""What goes wrong between a player and two LRSs, and that both agree about everything else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from simulator.exports.xapi.delivery import CHANGEABLE
from simulator.exports.xapi.rows import MOMENT_BITS, STEP_BITS
from simulator.exports.xapi.statements import SHAPES
from tests.simulator.xapi.told import DELIVERY, Company, Statement, Told

OF_THE_STORE = ("stored", "authority")
EVENTS = 2 ** (MOMENT_BITS + STEP_BITS)
"""Numbers that each enrolment has for its events."""


def lag(statement: Statement) -> timedelta:
    """From when it happened, by the device's clock, to when it was stored."""
    return datetime.fromisoformat(statement["stored"]) - datetime.fromisoformat(statement["timestamp"])


def body(statement: Statement, *without: str) -> dict[str, Any]:
    return {name: part for name, part in statement.items() if name not in (*OF_THE_STORE, *without)}


def test_ordinary_statements_are_stored_within_a_minute_in_local_time_with_its_offset(main: Told) -> None:
    known = main.of_role("normal")
    prompt = [statement for _, statement in known if lag(statement) < timedelta(minutes=1)]
    assert len(prompt) > 0.9 * len(known), "the others come days later, because the second LRS heard of them first"
    assert all(timedelta(0) < lag(statement) for _, statement in known)
    assert {statement["timestamp"][-6:] for _, statement in known} == {"+01:00", "+02:00"}
    assert all(statement["timestamp"][20:23] != "000" for _, statement in known), "milliseconds"


def test_late_statements_come_weeks_later_and_all_of_a_day_at_one_instant(main: Told) -> None:
    late = main.of_role("late")
    of_days: dict[tuple[int, str], set[str]] = {}
    for row, statement in late:
        of_days.setdefault((row.event // EVENTS, statement["timestamp"][:10]), set()).add(statement["stored"])
    assert all(len(stored) == 1 for stored in of_days.values())
    lags = [lag(statement) for _, statement in late]
    assert min(lags) > timedelta(0) and max(lags) > timedelta(days=20)
    assert sum(one > timedelta(days=9) for one in lags) > 0.6 * len(lags), "those of the last weeks come at the end"


def test_about_as_many_enrolments_are_late_and_skewed_as_the_recipe_says(main: Told) -> None:
    role_of = main.sent.assign(enrolment=main.sent["event"] // EVENTS).groupby("enrolment")["role"].agg(set)
    late, skewed = (sum(role in roles for roles in role_of) / len(role_of) for role in ("late", "skewed"))
    assert late == pytest.approx(DELIVERY["late_share"], abs=0.05)
    assert skewed == pytest.approx(DELIVERY["clock_skew_share"], abs=0.05)


def test_a_wrong_clock_is_wrong_by_what_the_list_says_for_the_whole_enrolment(main: Told) -> None:
    skews: dict[int, set[int]] = {}
    for row, statement in main.of_role("skewed"):
        seconds = int(row.detail)
        skews.setdefault(row.event // EVENTS, set()).add(seconds)
        # An hour either way where summer time begins or ends in between: a device keeps the local wall clock.
        delay = lag(statement) + timedelta(seconds=seconds)
        assert timedelta(hours=-1) < delay < timedelta(days=6, hours=2)
    assert all(len(seconds) == 1 for seconds in skews.values())
    sizes = [abs(next(iter(seconds))) for seconds in skews.values()]
    assert min(sizes) <= 13 * 3600 and max(sizes) > 86_400


def test_voids_name_their_target_and_some_are_stored_before_it(main: Told) -> None:
    voided = {row.statement_id: (row, statement) for row, statement in main.of_role("voided")}
    early = []
    for row, statement in main.of_role("void"):
        target, wrong = voided.pop(statement["object"]["id"])
        assert row.detail == target.statement_id and row.event == target.event + 1
        assert wrong["result"] == {"completion": True}
        is_early = datetime.fromisoformat(statement["stored"]) < datetime.fromisoformat(wrong["stored"])
        assert is_early == (target.detail == "void_before_target")
        early.append(is_early)
    assert not voided, "every mistake is voided"
    assert set(early) == {True, False}


def test_a_mistake_befalls_only_who_had_not_completed(main: Told) -> None:
    completed = {
        row.event // EVENTS: statement["stored"]
        for row, statement in main.of_role("normal", "late", "skewed")
        if row.verb == "completed"
    }
    for row, wrong in main.of_role("voided"):
        assert completed.get(row.event // EVENTS, "9999") > wrong["stored"]


def test_a_resent_event_has_another_id_and_otherwise_the_same_content(main: Told) -> None:
    resent = main.of_role("resent")
    assert resent
    for row, statement in resent:
        first = main.by_id[row.detail]
        assert first["id"] != statement["id"]
        assert body(first, "id") == body(statement, "id")
        gap = datetime.fromisoformat(statement["stored"]) - datetime.fromisoformat(first["stored"])
        assert timedelta(seconds=1) < gap < timedelta(seconds=91)


def test_both_lrss_hold_the_same_statements_of_an_enrolment(main: Told, second: Told) -> None:
    is_first_only = main.sent["role"].isin(("invalid", "void", "group")) | (main.sent["detail"] == "void_before_target")
    known = main.sent[~is_first_only]
    there = set(second.sent.loc[second.sent["role"] != "invalid", "statement_id"])
    shared = set(second.sent["event"] // EVENTS)
    assert there == set(known.loc[(known["event"] // EVENTS).isin(shared), "statement_id"])
    share = len(shared) / (main.sent["event"] // EVENTS).nunique()
    assert share == pytest.approx(DELIVERY["second_lrs_share"], abs=0.1)
    same = main.sent.drop_duplicates("statement_id").set_index("statement_id")["event"]
    assert all(same[row.statement_id] == row.event for row, _ in second.of_role("normal", "conflict"))


def test_only_planted_conflicts_differ_between_the_lrss_and_only_in_their_result(main: Told, second: Told) -> None:
    differing = set()
    for row in second.sent[second.sent["role"] != "invalid"].itertuples():
        first, other = main.by_id[row.statement_id], second.by_id[row.statement_id]
        assert first["authority"] != other["authority"]
        assert body(first, "result") == body(other, "result")
        if first.get("result") != other.get("result"):
            differing.add(row.statement_id)
            assert datetime.fromisoformat(first["stored"]) < datetime.fromisoformat(other["stored"])
            assert row.detail == ("score" if row.verb in ("passed", "failed") else "duration")
    assert differing == set(second.sent.loc[second.sent["role"] == "conflict", "statement_id"])
    assert differing


def test_the_second_lrs_hears_of_some_days_later_and_of_some_days_earlier(main: Told, second: Told) -> None:
    days = [
        (datetime.fromisoformat(second.by_id[row.statement_id]["stored"])
         - datetime.fromisoformat(main.by_id[row.statement_id]["stored"])) / timedelta(days=1)
        for row, _ in second.of_role("normal", "conflict")
    ]  # fmt: skip
    assert 0.02 < sum(gap >= 1 for gap in days) / len(days) < 0.25
    assert 0.02 < sum(gap <= -0.9 for gap in days) / len(days) < 0.2
    assert sum(0 < gap < 0.01 for gap in days) > 0.7 * len(days)


def test_the_shapes_that_may_change_under_way_have_a_result_to_change() -> None:
    assert {SHAPES[shape].result for shape in CHANGEABLE} == {"duration", "pass", "fail", "timed_pass", "timed_fail"}


def test_every_actor_is_a_person_in_the_form_of_the_player(small: Company, main: Told) -> None:
    actors, offerings = small.world.accounts.actors, small.world.offerings
    for row, statement in main.of_role("normal", "late", "skewed", "resent", "voided", "planned"):
        one = actors[row.person]
        form = offerings[row.offering].platform
        expected = {"account": one.account_name, "mbox": one.mbox, "mbox_sha1sum": one.mbox_sha1sum}[form]
        named = statement["actor"][form]
        assert (named["name"] if form == "account" else named) == expected
