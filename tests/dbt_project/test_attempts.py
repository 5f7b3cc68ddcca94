"""Sessions, registrations and attempts of the warehouse beside an oracle that knows nothing of SQL.

The requirement ids are those of CATAPULT, the conformance project of cmi5. Where the standard obliges an LMS to
reject a statement, the warehouse, which can only find it, counts it for nothing or names the rule that is broken.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations, product
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.attempt_oracle import Registration, Session, stretches, watched_seconds
from tests.dbt_project.landing_files import LandingZone

ADL = "http://adlnet.gov/expapi/verbs/"
CMI5 = "https://w3id.org/xapi/cmi5/context/"
VIDEO = "https://w3id.org/xapi/video"
VERBS = {verb: f"https://w3id.org/xapi/adl/verbs/{verb}" for verb in ("abandoned", "waived", "satisfied")}
COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"
MOVE_ONS = ("Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed", "NotApplicable", None)
START = datetime(2025, 3, 1, 8, 0)

BUILT = ("--no-write-json", "--select", "+int_partitions_built", "int_*_built")
"""What is built by increments, attempts and registrations with it, and all that it is made of."""

SLICED = ("--vars", "{rows_a_slice: 500}")
"""As a history is built that doesn't fit in memory at once."""
WHOLE = ("build", "--exclude-resource-types", "test", "unit_test", *SLICED, *BUILT)
INCREMENT = ("run", *BUILT)


def minute(number: float) -> datetime:
    return START + timedelta(minutes=number)


# ------------------------------------------------------------------------------------------------------- registrations


def session(*verbs: str, mode: str = "Normal", move_on: str | None = "CompletedOrPassed", begin: int = 0) -> Session:
    """A session whose verbs follow each other by a minute."""
    said = tuple((verb, minute(begin + place)) for place, verb in enumerate(verbs))
    return Session(mode, move_on, said)


def every_combination() -> Iterator[Registration]:
    """Each criterion with each set of verdicts in each order, in each launch mode."""
    orders = [order for size in range(5) for order in permutations(("completed", "passed", "failed", "waived"), size)]
    for move_on, order, mode in product(MOVE_ONS, orders, ("Normal", "Browse", "Review")):
        verbs = [verb for verb in order if verb != "waived"]
        sessions = [session("launched", "initialized", *verbs, "terminated", mode=mode, move_on=move_on, begin=10)]
        if "waived" in order:  # by the LMS, in a session of its own, before or after the other
            at = minute(0 if order[0] == "waived" else 60)
            sessions.append(Session("Normal", None, (("waived", at),)))
        yield Registration(tuple(sessions))


def unruly(seed: int, count: int) -> Iterator[Registration]:
    """Sessions in which anything is said in any order: verbs twice, after the end, or without a beginning."""
    drawn = random.Random(seed)
    verbs = ("launched", "initialized", "completed", "passed", "failed", "terminated", "abandoned", "passed")
    for _ in range(count):
        sessions = []
        for number in range(drawn.randint(1, 3)):
            moments = drawn.sample(range(number * 100, number * 100 + 90), drawn.randint(1, 7))
            said = tuple((drawn.choice(verbs), minute(at)) for at in moments)
            sessions.append(Session(drawn.choice(("Normal", "Normal", "Browse")), drawn.choice(MOVE_ONS), said))
        yield Registration(tuple(sessions))


REGISTRATIONS = (*every_combination(), *unruly(seed=5, count=300))


def statement(statement_id: str, verb: str, at: datetime, **columns: Any) -> dict[str, Any]:
    plain = {"actor_token": "t1", "actor_kind": "agent", "object_kind": "activity", "activity_type": COURSE_TYPE}
    return {"statement_id": statement_id, "verb_id": VERBS.get(verb, ADL + verb), "occurred_at": at, **plain, **columns}


def cmi5_statement(statement_id: str, verb: str, at: datetime, said_in: Session, **columns: Any) -> dict[str, Any]:
    """A cmi5 defined statement, with what the standard wants in it."""
    result: dict[str, Any] = {}
    if verb in ("passed", "waived"):
        result["is_success"] = True
    if verb == "failed":
        result["is_success"] = False
    if verb in ("completed", "waived"):
        result["is_completion"] = True
    extensions = {f"{CMI5}extensions/sessionid": columns["session_id"]}
    if verb == "launched":
        extensions[f"{CMI5}extensions/launchmode"] = said_in.mode
        extensions |= {f"{CMI5}extensions/moveon": said_in.move_on} if said_in.move_on else {}
    categories = [f"{CMI5}categories/cmi5", *([f"{CMI5}categories/moveon"] if result else [])]
    if verb in ("terminated", "completed", "passed", "failed", "abandoned"):
        result["duration_seconds"] = 600.0
    context = {"category_activity_ids": json.dumps(categories), "context_extensions": json.dumps(extensions)}
    return statement(statement_id, verb, at, **(result | context | columns))


def told(number: int, registration: Registration) -> Iterator[dict[str, Any]]:
    """The statements of a registration; each is a unit and a registration of its own, all of them of one learner."""
    for place, one in enumerate(registration.sessions):
        names = {
            "registration": f"r{number}", "session_id": f"r{number}s{place}", "object_id": f"https://lms.example/au/{number}",
        }  # fmt: skip
        if one.mode != "Normal" and one.at("launched") is None:
            # Only a launch tells the mode.
            yield cmi5_statement(f"r{number}s{place}l", "launched", minute(-600 - place), one, **names)
        for step, (verb, at) in enumerate(one.said):
            yield cmi5_statement(f"r{number}s{place}v{step}", verb, at, one, **names)


@pytest.fixture(scope="module")
def built(dbt, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("attempts")
    zone = LandingZone(home)
    zone.link({"t1": 1, "mail": 1, "t2": 2})
    rows = [row for number, registration in enumerate(REGISTRATIONS) for row in told(number, registration)]
    random.Random(1).shuffle(rows)
    half = len(rows) // 2
    zone.land("xapi", "one", statements=[*rows[:half], *OTHERS, *VIDEO_STATEMENTS])
    zone.land("academy_lrs", "two", statements=[*rows[half:], *GAP_STATEMENTS])
    dbt(home, *WHOLE)
    return home


def _by_number(rows: list[tuple[Any, ...]]) -> dict[int, tuple[Any, ...]]:
    return {int(name.rsplit("/", 1)[-1]): row for name, *row in rows}  # type: ignore[misc]


def test_a_unit_is_satisfied_when_its_criterion_is_met_and_only_by_sessions_that_count(built, query):
    """9.3.3.0-3, 9.3.4.0-4 (moveOn decides), 9.3.7.0-1 (waived), 10.2.2.0-2 (d), 10.2.2.0-3 (d) (Browse, Review)."""
    found = _by_number(query(built, """
        select activity_id, satisfied_at, satisfaction_rule, completed_at, passed_at, failed_at, waived_at
        from intermediate.int_registration_satisfied where activity_id like 'https://lms.example/au/%'
    """))  # fmt: skip
    for number, registration in enumerate(REGISTRATIONS):
        if not any(one.said for one in registration.counting):
            assert number not in found
            continue
        first = [registration.first(verb) for verb in ("completed", "passed", "failed")]
        satisfied_at, rule, *verbs = found[number]
        assert [*verbs] == [*first, registration.waived_at()], registration
        assert satisfied_at == registration.satisfied_at(), registration
        move_on = registration.move_on()
        criterion = f"moveOn {move_on}" if move_on else "moveOn untold: completed or passed"
        met_at, waived_at = registration.met_at(), registration.waived_at()
        is_by_criterion = met_at is not None and (waived_at is None or met_at <= waived_at)
        assert rule == (criterion if is_by_criterion else "waived" if waived_at else None), registration


def test_an_attempt_is_a_session_that_began_and_was_launched_to_be_learned_in(built, query):
    """9.3.2.0-2 (initialized), 10.2.2.0-1 (d), 10.2.2.0-9, 10.2.2.0-11 (Browse and Review count for nothing)."""
    found = dict(query(built, """
        select registration, count(*) from marts.fct_attempt where attempt_method = 'cmi5' group by registration
    """))  # fmt: skip
    true = {f"r{n}": sum(s.is_attempt for s in one.sessions) for n, one in enumerate(REGISTRATIONS)}
    assert {name: found.get(name, 0) for name in true} == true


def test_an_attempt_decides_by_its_first_verdict_and_by_nothing_after_it_was_given_up(built, query):
    """9.3.0.0-3 (d) (one verdict), 9.3.0.0-8, 9.3.6.0-2 (d2) (nothing after abandoned)."""
    found = {
        name: decided
        for name, *decided in query(built, """
        select session_id, completed_at, passed_at, failed_at, is_passed from marts.fct_attempt
        where attempt_method = 'cmi5' and registration like 'r%'
    """)
    }  # fmt: skip
    for number, registration in enumerate(REGISTRATIONS):
        for place, one in enumerate(registration.sessions):
            if one.is_attempt:
                decided = one.decided()
                is_passed = True if "passed" in decided else False if "failed" in decided else None
                true = [*(decided.get(verb) for verb in ("completed", "passed", "failed")), is_passed]
                assert found[f"r{number}s{place}"] == true, one


def test_an_enrolment_is_completed_when_the_criterion_of_its_unit_is_met(built, query):
    """9.3.9.0-1: what is met is decided by moveOn, not by whichever of completed and passed came first."""
    found = _by_number(query(built, """
        select offering.activity_id, bool_or(enrolment.is_completed), string_agg(distinct enrolment.completion_evidence, '; ')
        from marts.fct_enrolment as enrolment
        inner join intermediate.int_activity_harmonised as offering
            on enrolment.activity_key = offering.activity_key and enrolment.tool = offering.tool
        where offering.activity_id like 'https://lms.example/au/%'
        group by all
    """))  # fmt: skip
    for number, registration in enumerate(REGISTRATIONS):
        is_completed, rule = found.get(number, (False, None))
        assert is_completed == registration.is_enrolment_completed(), registration
        assert not is_completed or rule.startswith("cmi5 moveOn "), registration


# ----------------------------------------------------------------------------- single sessions, told by their own words


def one_session(name: str, *said: tuple[str, float, dict[str, Any]]) -> list[dict[str, Any]]:
    """A session of its own registration; each verb with its minute and what its statement has beside the plain."""
    launch = Session("Normal", "Passed")
    names = {"registration": name, "session_id": name, "object_id": f"https://lms.example/{name}"}
    return [
        cmi5_statement(f"{name}{step}", verb, minute(at), launch, **(names | more))
        for step, (verb, at, more) in enumerate(said)
    ]


def _mastery(name: str, score: float, needed: float | str = 0.8) -> dict[str, Any]:
    extensions = {f"{CMI5}extensions/sessionid": name, f"{CMI5}extensions/masteryscore": needed}
    return {"context_extensions": json.dumps(extensions), "score_scaled": score}


_ALLOWED = {"category_activity_ids": None}
_BEGUN = (("launched", 0, {}), ("initialized", 1, {}))
_LAST_DAY = 60 * 24 * 305
"""From the first day to the one that the build is made for, in minutes."""
BROKEN = {
    "kept": (*_BEGUN, ("completed", 2, {}), ("passed", 3, {}), ("terminated", 4, {})),
    "verb_repeated": (*_BEGUN, ("initialized", 2, {}), ("terminated", 3, {})),
    "two_verdicts": (*_BEGUN, ("failed", 2, {}), ("passed", 3, {}), ("terminated", 4, {})),
    "not_initialized_first": (("launched", 0, {}), ("completed", 1, {}), ("initialized", 2, {}), ("terminated", 3, {})),
    "told_after_end": (*_BEGUN, ("terminated", 2, {}), ("completed", 3, {})),
    "duration_missing": (*_BEGUN, ("terminated", 2, {"duration_seconds": None})),
    "score_against_mastery": (*_BEGUN, ("passed", 2, _mastery("score_against_mastery", 0.7)), ("terminated", 3, {})),
    "no_number": (*_BEGUN, ("passed", 2, _mastery("no_number", 0.7, needed="70 %")), ("terminated", 3, {})),
    "endless": (*_BEGUN, ("terminated", 3, {"duration_seconds": 1e13})),
    "abandoned": (*_BEGUN, ("experienced", 3, _ALLOWED), ("abandoned", 5, {"duration_seconds": 180.0})),
    "timed_out": (*_BEGUN, ("experienced", 20, _ALLOWED)),
    "still_open": (("launched", _LAST_DAY, {}), ("initialized", _LAST_DAY + 1, {})),
    "allowed_only": (*_BEGUN, ("passed", 2, _ALLOWED), ("completed", 3, _ALLOWED), ("terminated", 4, {})),
}
GROUPING = {
    "registration": None,
    "session_id": "https://lms.example/scorm?attemptId=7",
    "object_id": "https://lms.example/scorm",
}
OTHERS = [
    *[row for name, said in BROKEN.items() for row in one_session(name, *said)],
    *one_session("waived", ("waived", 0, {})),
    cmi5_statement("sat1", "satisfied", minute(1), Session(), registration="waived", session_id="waived",
                   object_id="https://lms.example/course", activity_type="https://w3id.org/xapi/cmi5/activitytype/course"),
    *one_session("contradicted", *_BEGUN, ("completed", 2, {}), ("terminated", 3, {})),
    cmi5_statement("sat2", "satisfied", minute(3), Session(), registration="contradicted", session_id="contradicted",
                   object_id="https://lms.example/course2", activity_type="https://w3id.org/xapi/cmi5/activitytype/course"),
    # a SCORM attempt over two sittings, told through its attempt activity
    statement("scorm1", "initialized", minute(0), **GROUPING),
    statement("scorm2", "suspended", minute(10), **GROUPING),
    statement("scorm3", "resumed", minute(500), **GROUPING),
    statement("scorm4", "passed", minute(520), **GROUPING, is_success=True, score_scaled=0.9),
    statement("scorm5", "terminated", minute(521), **GROUPING),
    # a registration without a profile: the part is learned in, and decides nothing about the course
    statement("reg1", "initialized", minute(0), registration="plain", object_id="https://lms.example/plain"),
    statement("reg2", "passed", minute(10), registration="plain", object_id="https://lms.example/plain/test",
              parent_activity_id="https://lms.example/plain", activity_type="http://adlnet.gov/expapi/activities/assessment"),
    statement("reg3", "progressed", minute(2000), registration="plain", object_id="https://lms.example/plain"),
    statement("reg4", "experienced", minute(2005), registration="plain", object_id="https://lms.example/plain"),
]  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, id=f"{name} [{ids}]") for name, ids in {
        "kept": "9.3.0.0-1",
        "verb_repeated": "9.3.0.0-2, 9.3.2.0-3",
        "two_verdicts": "9.3.0.0-3",
        "not_initialized_first": "9.3.0.0-4, 7.1.1.0-1",
        "told_after_end": "9.3.0.0-5, 9.3.8.0-2",
        "duration_missing": "9.5.4.1-1",
        "score_against_mastery": "9.3.4.0-2",
    }.items()],
)  # fmt: skip
def test_a_session_that_breaks_a_rule_names_it_and_no_other(built, query, name):
    told_rules = f"select broken_rules from marts.fct_attempt where registration = '{name}'"
    assert query(built, told_rules) == [("" if name == "kept" else name,)]


def test_a_mastery_score_that_is_no_number_is_unknown_and_breaks_nothing(built, query):
    told = "select mastery_score, broken_rules, score_scaled from marts.fct_attempt where registration = 'no_number'"
    assert query(built, told) == [(None, "", 0.7)]


def test_a_duration_of_ages_is_kept_as_told_and_ends_no_build(built, query):
    told = "select duration_seconds, duration_rule from marts.fct_attempt where registration = 'endless'"
    assert query(built, told) == [(1e13, "told by terminated")]


def test_a_session_that_nobody_ended_is_of_unknown_length_and_one_that_was_given_up_is_as_long_as_the_lms_says(
    built, query
):
    """9.5.4.1-1 (terminated), 9.5.4.2-1 (abandoned), 9.3.6.0-1."""
    ended = {
        name: row
        for name, *row in query(built, """
        select registration, end_reason, duration_seconds, duration_rule, observed_seconds from marts.fct_attempt
        where registration in ('kept', 'abandoned', 'timed_out', 'still_open', 'duration_missing')
    """)
    }  # fmt: skip
    assert ended == {
        "kept": ["terminated", 600.0, "told by terminated", 240],
        "abandoned": ["abandoned", 180.0, "told by abandoned", 300],
        "timed_out": ["timed_out", None, "unknown", 1200],
        "still_open": ["open", None, "unknown", 60],
        "duration_missing": ["terminated", 120.0, "observed, a lower bound", 120],
    }


def test_statements_that_cmi5_only_allows_decide_nothing(built, query):
    """9.6.2.1-1: what has no cmi5 category isn't cmi5 defined."""
    told_verdicts = "select completed_at, passed_at from marts.fct_attempt where registration = 'allowed_only'"
    assert query(built, told_verdicts) == [(None, None)]


def test_a_waiver_is_no_attempt_and_satisfies_without_learning(built, query):
    """9.3.7.0-1, 9.3.7.0-3, 9.5.2.0-1 (d2), 9.5.3.0-1 (d2)."""
    assert query(built, "select count(*) from marts.fct_attempt where registration = 'waived'") == [(0,)]
    waived = "select is_satisfied, satisfaction_rule, attempt_count from marts.fct_registration where registration = 'waived'"
    assert query(built, waived) == [(True, "waived", 0)]
    exempted = query(built, """
        select activity.activity_id, enrolment.current_state, enrolment.is_completed
        from marts.fct_enrolment as enrolment
        inner join intermediate.int_activity_harmonised as activity using (activity_key)
        where activity.activity_id in ('https://lms.example/waived', 'https://lms.example/course')
        order by all
    """)  # fmt: skip
    assert exempted == [
        ("https://lms.example/course", "exempted", False),
        ("https://lms.example/waived", "exempted", False),
    ]


def test_a_course_that_the_lms_calls_satisfied_is_held_beside_the_criteria_of_its_units(built, query):
    """9.3.9.0-5: completed alone doesn't satisfy a unit that wants to be passed."""
    found = query(built, """
        select registration, is_satisfied, is_contradicted from marts.fct_registration
        where registration in ('waived', 'contradicted', 'kept') order by all
    """)  # fmt: skip
    assert found == [("contradicted", False, True), ("kept", True, False), ("waived", True, False)]


def test_a_scorm_attempt_lasts_over_its_sittings(built, query):
    found = query(built, """
        select is_passed, score_scaled, end_reason, observed_seconds, statement_count, attempt_number
        from marts.fct_attempt where attempt_method = 'scorm'
    """)  # fmt: skip
    assert found == [(True, 0.9, "decided", (10 + 21) * 60, 5, 1)]


def test_a_part_is_learned_in_and_decides_nothing_about_its_course(built, query):
    found = query(built, """
        select is_passed, end_reason, statement_count, duration_seconds, duration_rule
        from marts.fct_attempt where registration = 'plain'
    """)  # fmt: skip
    assert found == [(None, "open", 4, (10 + 5) * 60, "observed, a lower bound")]


# ---------------------------------------------------------------------------------------------- videos, and the clock


def _videos(seed: int, count: int) -> dict[str, tuple[float, float | None, list[list[tuple[float, float]]]]]:
    """Name → length, threshold, and the segments of each statement, as players tell them: more and more of them."""
    drawn, videos = random.Random(seed), {}
    for number in range(count):
        length = drawn.randint(20, 60) / 1.0
        segments = []
        for _ in range(drawn.randint(1, 6)):
            start = round(drawn.uniform(0, length - 1), 1)
            segments.append((start, round(min(start + drawn.uniform(0.1, length), length + 0.4), 1)))
        tellings = [segments[: place + 1] for place in range(len(segments))]
        videos[f"v{number}"] = (length, drawn.choice((None, 0.5, 0.9)), tellings)
    return videos


VIDEOS = _videos(seed=3, count=60)


def _video_statements() -> Iterator[dict[str, Any]]:
    for name, (length, threshold, tellings) in VIDEOS.items():
        for place, segments in enumerate(tellings):
            # Each on another day and in another session: the registration holds them together.
            extensions = {f"{VIDEO}/extensions/session-id": f"{name}-{place}", f"{VIDEO}/extensions/length": length}
            extensions |= {f"{VIDEO}/extensions/completion-threshold": threshold} if threshold else {}
            text = "[,]".join(f"{start}[.]{end}" for start, end in segments)
            if place % 2:
                text = re.sub(r"(?<=\d)\.(?=\d)", ",", text).replace("[", " [").replace("]", "] ")
            # Two still run, one ends before it begins, and two are no time at all.
            text += "[,]3.5[,]4.5[.][,]2[.]1[,]6.5[.]soon[,]soon[.]later"
            yield statement(
                f"{name}-{place}", "paused", minute(1440 * place), verb_id=f"{VIDEO}/verbs/paused",
                registration=name, session_id=f"{name}-{place}", object_id=f"https://lms.example/{name}",
                activity_type=f"{VIDEO}/activity-type/video", parent_activity_id="https://lms.example/films",
                category_activity_ids=json.dumps([VIDEO]), context_extensions=json.dumps(extensions),
                result_extensions=json.dumps({f"{VIDEO}/extensions/played-segments": text}),
            )  # fmt: skip


VIDEO_STATEMENTS = list(_video_statements())
IDLE = timedelta(minutes=30)


def _gap_instants(seed: int) -> list[datetime]:
    drawn = random.Random(seed)
    at, found = datetime(2025, 5, 1, 20, 0), []
    for _ in range(300):
        found.append(at)
        at += timedelta(minutes=drawn.choice((1, 5, 29, 30, 30, 31, 45, 300)))
    return found


GAP_INSTANTS = _gap_instants(seed=10)
GAP_STATEMENTS = [
    statement(
        f"gap{place}", "experienced", at, actor_token=("t1", "mail")[place % 2], object_id="https://lms.example/page"
    )
    for place, at in enumerate(GAP_INSTANTS)
]


def test_the_watched_share_is_the_union_of_the_played_segments(built, query):
    found = {
        name: row
        for name, *row in query(built, """
        select registration, watched_seconds, watched_share, required_share, completed_at is not null, end_reason
        from marts.fct_attempt where attempt_method = 'video'
    """)
    }  # fmt: skip
    assert len(found) == len(VIDEOS)
    for name, (length, threshold, tellings) in VIDEOS.items():
        seconds, share, required, is_completed, end_reason = found[name]
        assert seconds == pytest.approx(watched_seconds(tellings[-1], length)), tellings[-1]
        assert share == pytest.approx(seconds / length)
        assert required == (threshold or 1.0)
        assert is_completed == (round(seconds / length, 2) >= required)
        assert end_reason == ("decided" if is_completed else "open"), "by what was watched, without a verb"


def test_without_a_registration_a_gap_divides_attempts_whatever_the_day_and_the_identifier(built, query):
    found = query(built, """
        select started_at, ended_at, statement_count, attempt_number from marts.fct_attempt
        where attempt_method = 'gap of 30 minutes' order by started_at
    """)  # fmt: skip
    true = [
        (stretch.at[0], stretch.at[-1], len(stretch.at), number)
        for number, stretch in enumerate(stretches(GAP_INSTANTS, IDLE), start=1)
    ]
    assert any(begin.date() != end.date() for begin, end, *_ in true)
    assert found == true


# ------------------------------------------------------------------------------------------------- increments, and ids


def test_a_late_statement_and_a_void_change_the_attempt_that_they_belong_to(dbt, query, tmp_path):
    """6.3.0.0-2: an LMS voids what conflicts with the standard; the warehouse follows it, whatever the day."""
    zone = LandingZone(tmp_path)
    zone.link({"t1": 1})
    early = one_session("late", *_BEGUN, ("terminated", 3000, {}))
    zone.land("xapi", "first", statements=early)
    dbt(tmp_path, *WHOLE)
    state = "select is_satisfied, passed_at, completed_at from marts.fct_registration"
    assert query(tmp_path, state) == [(False, None, None)]
    names = {"registration": "late", "session_id": "late", "object_id": "https://lms.example/late"}
    zone.land("xapi", "second", statements=[cmi5_statement("pass", "passed", minute(1500), Session(), **names)])
    dbt(tmp_path, *INCREMENT)
    assert query(tmp_path, state) == [(True, minute(1500), None)]
    void = statement("void", "voided", minute(9000), object_kind="statement_ref", object_id="pass", activity_type=None)
    zone.land("xapi", "third", statements=[void])
    dbt(tmp_path, *INCREMENT)
    assert query(tmp_path, state) == [(False, None, None)]
    grown = query(tmp_path, "select * from marts.fct_attempt order by attempt_key")
    dbt(tmp_path, *INCREMENT, "--full-refresh")
    assert query(tmp_path, "select * from marts.fct_attempt order by attempt_key") == grown


def test_every_requirement_that_is_quoted_here_is_one_of_catapult():
    known = Path(__file__).resolve().parents[3] / "shared" / "data" / "cmi5" / "catapult_requirements.json"
    if not known.exists():
        pytest.skip(f"the requirements of CATAPULT are not at hand: {known.name}")
    quoted = set(re.findall(r"\b\d+\.\d+\.\d+\.\d+-\d+(?: \(d\d?\))?", Path(__file__).read_text(encoding="utf-8")))
    assert len(quoted) > 20
    assert quoted <= set(json.loads(known.read_text(encoding="utf-8")))
