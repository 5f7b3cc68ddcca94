"""A warehouse that grew by increments is the warehouse that a full refresh builds.

One history of deliveries, each followed by an incremental build. Every delivery is one of the ways in which an old
day changes: late rows, a void that comes after its target, a copy under another day, a unit that is landed again
with fewer rows, a link that changes, a person who moves, offerings that turn out to be one activity.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.conftest import Query, Rows
from tests.dbt_project.landing_files import LandingZone

ADL = "http://adlnet.gov/expapi/verbs/"
COURSE = "http://example.org/course/1"
COURSE_TYPE = "http://adlnet.gov/expapi/activities/course"

TABLES = {
    "marts.fct_learning_event": "event_key",
    "marts.fct_learning_event_daily": "occurred_date, tool, record_kind",
    "marts.fct_enrolment": "enrolment_key",
    "marts.fct_assessment_result": "assessment_key",
    "marts.fct_attempt": "attempt_key",
    "marts.fct_learning_time": "learning_time_key",
    "marts.fct_completion": "enrolment_key",
    "marts.dim_person": "person_sk",
    "marts.dim_org_unit": "org_unit_sk",
    "marts.dim_learning_activity": "activity_key",
    "marts.dim_activity_definition": "definition_key",
    "marts.fct_statement_reference": "event_key, place",
    "marts.bridge_activity_tool": "tool, activity_id",
    "marts.bridge_learning_event_member": "event_key, person_key",
    "marts.bridge_org_hierarchy": "descendant_org_unit_key, ancestor_org_unit_key, valid_from",
    "trust.events_by_day": "occurred_date, tool, record_kind, unit",
    "trust.reconciliation": "tool, record_kind, extracted_date",
    "trust.row_fates": "tool, record_kind, unit, fate",
    "trust.statement_conflicts": "statement_id, tool, unit",
    "trust.statement_voids": "statement_id",
    "trust.suspected_duplicates": "statement_id",
    "intermediate.int_learning_event_explained": "occurred_date, tool, record_kind, unit, fate",
    "intermediate.int_attempt_decided": "attempt_method, attempt_key",
    "intermediate.int_enrolment_evidenced": "tool, record_key, milestone",
    "intermediate.int_enrolment_milestone": "tool, record_key, milestone",
    "intermediate.int_enrolment_numbered": "tool, record_key, milestone",
    "intermediate.int_learning_time_united": "evidence_key, started_at",
    "intermediate.int_enrolment_started": "source_tool, learner, activity_key, enrolment_number",
    "intermediate.int_offering_seen": "tool, unit, record_kind, activity_id",
    "intermediate.int_offering_visited": "occurred_date, tool, person_token, activity_id",
    "intermediate.int_event_located": "tool, unit, record_kind, record_key",
    "intermediate.int_session_evidenced": "occurred_date, method, thread_key, stretch_number",
    "intermediate.int_session_united": "method, session_key",
    "intermediate.int_statement_assessed": "statement_id",
    "intermediate.int_store_shared": "occurred_date, tool, other_tool",
    "intermediate.int_store_united": "tool",
    "intermediate.int_token_counted": "tool, record_kind, token, identifier_type",
    "intermediate.int_token_seen": "tool, unit, record_kind, token",
    "intermediate.int_unit_staged": "tool, record_kind, unit",
}
"""What must not depend on the way, and the columns that put its rows in order."""

WITHOUT_TESTS = ("--no-write-json", "--exclude-resource-types", "test", "unit_test")
PARTITIONED = "config.materialized:replace_partitions"
COMPARED = tuple(f"+{table.partition('.')[2]}" for table in TABLES if table.startswith("marts."))
NEEDED = ("--select", *COMPARED, "+dim_tool", "+trust", "intermediate", PARTITIONED)
"""What is compared or looked at, and all that it is made of."""

OF_NO_TABLE = (
    "int_behaviour_*",
    "int_certification_held",
    "int_certification_required",
    "int_follow_up_answered",
    "int_initiative_activity",
    "int_kpi_panel",
    "int_pilot_planned",
    "int_proficiency_followed",
    "int_strategy_linked",
    "int_training_exposure",
    "int_transfer_followed",
)
"""What no compared table is made of; `test_any_history` compares it too."""

WHOLE = ("build", *WITHOUT_TESTS, *NEEDED, "--exclude", *OF_NO_TABLE)
INCREMENT = ("run", "--no-write-json", "--select", "stg_ledger", "intermediate", PARTITIONED, "--exclude", *OF_NO_TABLE)
READ_WHOLE = ("run", "--no-write-json", *NEEDED, "--exclude", "staging", "intermediate", "dim_date", PARTITIONED)
"""An increment of what is built by partitions, and the rest, which is built whole each time."""


def statement(statement_id: str, day: str, **columns: Any) -> dict[str, Any]:
    plain = {"actor_token": "xapi_1", "actor_kind": "agent", "verb_id": ADL + "completed", "activity_type": COURSE_TYPE}
    return {"statement_id": statement_id, "occurred_at": f"{day} 10:00", "object_id": COURSE, **plain, **columns}


def passed(statement_id: str, day: str) -> dict[str, Any]:
    return statement(statement_id, day, verb_id=ADL + "passed", score_raw=8.0, score_min=0.0, score_max=10.0)


def void(statement_id: str, day: str, target: str) -> dict[str, Any]:
    return statement(statement_id, day, verb_id=ADL + "voided", object_kind="statement_ref", object_id=target)


def at_midnight(statement_id: str, local_day: str, stored_at: str) -> dict[str, Any]:
    """What one player tells at half past eleven, and another one, in the next zone, on the next day."""
    half_past_eleven = {"occurred_at": "2025-02-12 23:30:00", "occurred_date": local_day, "stored_at": stored_at}
    other = {"object_id": "http://example.org/course/9", "verb_id": ADL + "commented"}
    return statement(statement_id, local_day, **other, **half_past_eleven)


def event(day: str, token: str = "moodle_1", activity: str = "course:1") -> dict[str, Any]:
    return {"person_token": token, "occurred_at": f"{day} 09:00", "verb": "viewed", "activity_id": activity}


def confirmed(day: str, token: str = "moodle_1") -> dict[str, Any]:
    return {
        "person_token": token,
        "occurred_at": f"{day} 08:00",
        "milestone": "confirmed",
        "activity_id": "course:1",
    }


def entry(started_at: str, minutes: int) -> dict[str, Any]:
    day = started_at[:10]
    told = {"person_token": "moodle_1", "activity_id": "course:1", "learning_date": day}
    return {**told, "started_at": started_at, "minutes": float(minutes)}


def person(token: str, day: str, unit: str) -> dict[str, Any]:
    return {
        "person_token": token,
        "effective_date": day,
        "org_unit_id": unit,
        "is_complete_snapshot": True,
        "series": "hr",
    }


def org_unit(org_unit_id: str, day: str, parent: str | None = None) -> dict[str, Any]:
    return {"org_unit_id": org_unit_id, "effective_date": day, "parent_org_unit_id": parent}


LINKS: dict[str, int | None] = {"hr_1": 1, "hr_2": 2, "moodle_1": 1, "moodle_2": None, "xapi_1": 1, "xapi_2": 9}


def hr_in_january(zone: LandingZone) -> None:
    people = [person("hr_1", "2025-01-01", "A"), person("hr_2", "2025-01-01", "A")]
    units = [org_unit("TOP", "2025-01-01"), org_unit("A", "2025-01-01", "TOP"), org_unit("B", "2025-01-01", "TOP")]
    zone.land("hr", "january", extracted_at="2025-01-01", people=people, org_units=units)
    zone.link(LINKS)


def first_events(zone: LandingZone) -> None:
    catalogue = [{"activity_id": "course:1", "title": "Course", "activity_kind": "course"}]
    events = [event("2025-01-10"), event("2025-02-10"), event("2025-02-11", "moodle_2")]
    score = {"person_token": "moodle_1", "instrument_id": "quiz:1", "activity_id": "course:1", "score": 7.0}
    zone.land("moodle", "log_1", extracted_at="2025-03-01", learning_events=events, activities=catalogue)
    zone.land("moodle", "report", enrolments=[confirmed("2025-01-11"), confirmed("2025-02-01", "moodle_2")])
    zone.land(
        "moodle", "grades", assessments=[{**score, "occurred_at": "2025-02-20 10:00", "is_occurred_at_exact": True}]
    )
    learned = [entry("2025-01-11 23:30", 60), entry("2025-01-13 09:00", 30), entry("2025-01-14 09:00", 30)]
    zone.land("moodle", "register", extracted_at="2025-03-01", learning_time=learned)
    statements = [passed("s1", "2025-01-11"), passed("s2", "2025-02-12"), statement("s3", "2025-02-13")]
    zone.land("xapi", "file_1", extracted_at="2025-03-01", statements=statements)


def late_row_and_redelivery(zone: LandingZone) -> None:
    page = {**event("2025-01-12", activity="page:1"), "parent_activity_id": "course:1"}
    zone.land("moodle", "log_2", extracted_at="2025-03-02", learning_events=[event("2025-02-10"), page])
    beyond_midnight = entry("2025-01-12 00:10", 40)
    zone.land("moodle", "register_2", extracted_at="2025-03-02", learning_time=[beyond_midnight])
    twins = [at_midnight("m1", "2025-02-12", "2025-02-12 23:31"), at_midnight("m3", "2025-02-12", "2025-02-12 23:32")]
    zone.land("xapi", "file_2", extracted_at="2025-03-02", statements=[passed("s1", "2025-01-11"), *twins])


def void_after_its_target(zone: LandingZone) -> None:
    zone.land(
        "xapi",
        "file_3",
        extracted_at="2025-03-03",
        statements=[void("v1", "2025-03-03", "S2"), void("v2", "2025-03-03", "s8")],
    )


def target_after_its_void(zone: LandingZone) -> None:
    zone.land(
        "xapi",
        "file_4",
        extracted_at="2025-03-04",
        statements=[passed("s8", "2025-02-14"), passed("s9", "2025-02-14")],
    )


def earlier_copy_on_another_day(zone: LandingZone) -> None:
    earlier = statement("s3", "2025-02-20", body_hash="other", stored_at="2025-01-01 00:00")
    zone.land("lrs", "window_1", extracted_at="2025-03-05", statements=[earlier])


def another_store(zone: LandingZone) -> None:
    """It heard of s1 before the other one did, of s9 in other words, and has told of nothing else before."""
    group = {"actor_kind": "group", "actor_token": None, "group_token": "circle", "member_token": '["xapi_1","xapi_2"]'}
    commented = {"verb_id": ADL + "commented"}
    statements = [
        {**passed("s1", "2025-01-11"), "stored_at": "2025-01-11 10:01"},
        {**passed("s9", "2025-02-14"), "score_raw": 9.0, "body_hash": "other"},
        statement("s3_again", "2025-02-13"),  # what s3 says, under another id
        statement("late", "2025-01-13", stored_at="2025-03-05 00:00", **commented),
        statement("g1", "2025-02-16", **group, **commented),
        statement("r1", "2025-02-17", object_kind="statement_ref", object_id="S1", **commented),
        statement("p1", "2025-02-18", object_kind="sub_statement", object_id=None),
        at_midnight("m2", "2025-02-13", "2025-03-05 00:00"),
    ]
    zone.land("academy", "window_1", extracted_at="2025-03-05", statements=statements)


def unit_landed_again_with_fewer_rows(zone: LandingZone) -> None:
    zone.land("moodle", "log_1", extracted_at="2025-03-01", learning_events=[event("2025-01-10")])
    learned = [entry("2025-01-11 23:30", 20), entry("2025-01-13 09:00", 30)]
    zone.land("moodle", "register", extracted_at="2025-03-01", learning_time=learned)


def link_found_and_person_known_to_hr(zone: LandingZone) -> None:
    zone.land("moodle", "log_3", extracted_at="2025-03-06", learning_events=[event("2025-03-06", "moodle_2")])
    zone.land("academy", "window_2", extracted_at="2025-03-06", statements=[void("v3", "2025-03-06", "m3")])
    zone.link({**LINKS, "moodle_2": 2})


def mover_and_leaver(zone: LandingZone) -> None:
    people, units = [person("hr_1", "2025-02-01", "B")], [org_unit("A", "2025-02-01", "B")]
    zone.land("hr", "february", extracted_at="2025-02-01", people=people, org_units=units)


def one_activity_in_two_tools(zone: LandingZone) -> None:
    zone.land(
        "moodle", "catalogue", activities=[{"activity_id": "course:1", "title": "Course", "catalogue_code": "C1"}]
    )
    zone.land("xapi", "catalogue", activities=[{"activity_id": COURSE, "title": "Course", "catalogue_code": "C1"}])


def unit_taken_away_and_persons_merged(zone: LandingZone) -> None:
    zone.remove("lrs", "window_1")
    zone.alias({9: 1})


STEPS = {
    "first": (hr_in_january, first_events),
    "late_and_voided": (late_row_and_redelivery, void_after_its_target),
    "moved": (target_after_its_void, earlier_copy_on_another_day, mover_and_leaver),
    "told_elsewhere": (another_store,),
    "shrunk_and_linked": (unit_landed_again_with_fewer_rows, link_found_and_person_known_to_hr),
    "merged": (one_activity_in_two_tools, unit_taken_away_and_persons_merged),
}
"""The deliveries between two builds, in the order in which they came."""

ANOTHER_WAY = (
    (target_after_its_void, mover_and_leaver, one_activity_in_two_tools),
    (void_after_its_target, hr_in_january, late_row_and_redelivery),
    (
        first_events,
        unit_landed_again_with_fewer_rows,
        another_store,
        link_found_and_person_known_to_hr,
        unit_taken_away_and_persons_merged,
    ),
)
"""Another way to the same end; what was replaced later never stood in between."""


@dataclass
class Grown:
    """A warehouse after its increments, and what each step left behind."""

    home: Path
    query: Query
    facts: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    touched: dict[str, set[str]] = field(default_factory=dict)
    starts: dict[str, dict[str, str]] = field(default_factory=dict)

    def note(self, step: str) -> None:
        facts = (
            "select record_key, person_key, org_unit_key, cast(occurred_date as varchar) from marts.fct_learning_event"
        )
        touched = "select cast(occurred_date as varchar) from intermediate.int_partitions_touched"
        starts = (
            "select learner, cast(occurred_date as varchar) from intermediate.int_enrolment_started "
            "where source_tool = 'moodle'"
        )
        self.facts[step] = set(self.query(self.home, facts))
        self.starts[step] = dict(self.query(self.home, starts))
        self.touched[step] = {day for (day,) in self.query(self.home, touched)}

    def days(self, step: str, statement_id: str) -> set[str]:
        return {day for key, _, _, day in self.facts[step] if key == statement_id}


def _content(query: Query, home: Path, table: str, leave_out: str = "") -> Rows:
    excluded = f"exclude ({leave_out})" if leave_out else ""
    return query(home, f"select * {excluded} from {table} order by {TABLES[table]}")


@pytest.fixture(scope="module")
def grown(dbt, query, tmp_path_factory):
    home = tmp_path_factory.mktemp("grown")
    zone, warehouse = LandingZone(home), Grown(home, query)
    dbt(home, *WHOLE)
    for step, deliveries in STEPS.items():
        for deliver in deliveries:
            deliver(zone)
        dbt(home, *INCREMENT)
        warehouse.note(step)
    dbt(home, *READ_WHOLE)
    return warehouse


@pytest.fixture(scope="module")
def built_whole(dbt, grown, tmp_path_factory):
    home = tmp_path_factory.mktemp("whole")
    shutil.copytree(grown.home / "landing", home / "landing")
    (home / "warehouse").mkdir()
    dbt(home, *WHOLE)
    return home


@pytest.fixture(scope="module")
def grown_on_another_way(dbt, tmp_path_factory):
    home = tmp_path_factory.mktemp("another_way")
    zone = LandingZone(home)
    dbt(home, "build", *WITHOUT_TESTS, "--select", "resource_type:seed", "staging", "dim_date")
    for deliveries in ANOTHER_WAY:
        for deliver in deliveries:
            deliver(zone)
        dbt(home, *INCREMENT)
    dbt(home, *READ_WHOLE)
    return home


@pytest.mark.parametrize("table", TABLES)
def test_increments_end_where_a_full_refresh_ends(grown, built_whole, query, table):
    rows = _content(query, grown.home, table)
    assert rows
    assert rows == _content(query, built_whole, table)


@pytest.mark.parametrize("table", TABLES)
def test_the_order_of_arrival_does_not_matter(grown, grown_on_another_way, query, table):
    landed_at = {"marts.fct_learning_event": "loaded_at"}.get(table, "")
    assert _content(query, grown.home, table, landed_at) == _content(query, grown_on_another_way, table, landed_at)


def test_an_hour_beyond_midnight_counts_once_however_late_one_half_of_it_is_told(grown, query):
    told = "select cast(learning_date as varchar), minutes, minutes_told from marts.fct_learning_time"
    assert query(grown.home, f"{told} where evidence = 'registration' order by all") == [
        ("2025-01-11", 20.0, 20.0),  # an hour, until it was corrected
        ("2025-01-12", 40.0, 40.0),  # 20 minutes of it were that hour's
        ("2025-01-13", 30.0, 30.0),
    ]


def test_nothing_landed_is_unexplained(grown, query):
    assert query(grown.home, "select sum(unexplained), sum(rows_landed) > 0 from trust.reconciliation") == [(0, True)]


def test_an_increment_touches_the_days_that_changed_and_no_others(grown):
    assert grown.touched["late_and_voided"] == {"2025-01-11", "2025-01-12", "2025-02-10", "2025-02-12", "2025-03-03"}
    assert grown.touched["moved"] == {"2025-02-10", "2025-02-12", "2025-02-13", "2025-02-14", "2025-02-20"}


def test_a_late_statement_reopens_its_own_day_and_so_does_everything_else(grown):
    late, told_again, told_anew = {"2025-01-13"}, {"2025-01-11", "2025-02-14"}, {"2025-02-13"}
    assert grown.touched["told_elsewhere"] == late | told_again | told_anew | {"2025-02-16", "2025-02-17", "2025-02-18"}
    assert grown.days("told_elsewhere", "late") == late


def test_what_two_stores_hold_is_one_event_and_one_enrolment_whichever_stored_it_first(grown, query):
    events = "select tool from marts.fct_learning_event where record_key = 's1'"
    enrolments = "select tool, person_key, enrolment_number from marts.fct_enrolment where tool <> 'moodle'"
    assert query(grown.home, events) == [("academy",)], "the copy that was stored first"
    assert query(grown.home, enrolments) == [("xapi", 1, 1)], "the store that holds most"
    stores = query(grown.home, "select tool, source_tool from marts.dim_tool where tool <> source_tool")
    assert stores == [("academy", "xapi")]


def test_a_changed_body_under_a_known_id_is_a_conflict_that_says_what_differs(grown, query):
    told = "select statement_id, tool, counted_tool, differs_in from trust.statement_conflicts"
    assert query(grown.home, told) == [("s9", "academy", "xapi", "score_raw")]


def test_what_was_said_twice_is_reported_and_counted(grown, query):
    told = "select statement_id, first_statement_id, rule from trust.suspected_duplicates order by statement_id"
    assert query(grown.home, told) == [
        ("m2", "m1", "same act in the same second"),  # on another local day; m3, the first day's twin, was voided
        ("s3_again", "s3", "same act in the same second"),
    ]
    assert grown.days("merged", "s3_again") == grown.days("merged", "s3")


def test_a_void_says_whether_it_came_before_its_target(grown, query):
    told = "select target_statement_id, arrival, outcome from trust.statement_voids order by all"
    assert query(grown.home, told) == [
        ("m3", "after its target", "applied"),
        ("s2", "after its target", "applied"),
        ("s8", "before its target", "applied"),
    ]


def test_a_group_is_nobody_and_its_members_share_its_event(grown, query):
    event = "from marts.fct_learning_event where record_key = 'g1'"
    assert query(grown.home, f"select person_key, actor_kind {event}") == [(-1, "group")]
    of_it = f"semi join (select event_key {event}) using (event_key)"
    members = f"select person_key, member_count, weight_share from marts.bridge_learning_event_member {of_it}"
    assert query(grown.home, members) == [(1, 2, 1.0)], "the two identifiers turned out to be one person"


def test_a_statement_about_a_statement_knows_what_that_one_is_about(grown, query):
    told = """
        select referred_state, activity.activity_id, event.activity_key
        from marts.fct_statement_reference as reference
        inner join marts.fct_learning_event as event using (event_key)
        inner join marts.bridge_activity_tool as activity on reference.referred_activity_key = activity.activity_key
        where activity.tool = 'xapi'
    """
    assert query(grown.home, told) == [("counted", COURSE, "-1")]


def test_what_is_only_planned_is_no_evidence(grown, query):
    told = "select object_kind, activity_key from marts.fct_learning_event where record_key = 'p1'"
    assert query(grown.home, told) == [("sub_statement", "-1")]
    evidence = "select count(*) from intermediate.int_enrolment_evidenced where record_key = 'p1'"
    assert query(grown.home, evidence) == [(0,)]


def test_a_void_that_arrives_after_its_target_takes_it_out_of_its_old_day(grown):
    assert grown.days("first", "s2") == {"2025-02-12"}
    assert grown.days("late_and_voided", "s2") == set()


def test_a_void_that_arrives_before_its_target_still_voids_it(grown):
    assert grown.days("moved", "s8") == set()
    assert grown.days("moved", "s9") == {"2025-02-14"}


def test_a_copy_that_was_stored_earlier_moves_the_statement_to_its_own_day(grown):
    assert grown.days("late_and_voided", "s3") == {"2025-02-13"}
    assert grown.days("moved", "s3") == {"2025-02-20"}


def test_a_statement_goes_back_to_its_other_copy_when_a_unit_is_taken_away(grown):
    assert grown.days("merged", "s3") == {"2025-02-13"}


def test_a_day_that_lost_all_its_rows_is_empty(grown):
    before, after = ({day for *_, day in grown.facts[step]} for step in ("moved", "shrunk_and_linked"))
    assert "2025-02-11" in before - after


def test_a_changed_link_gives_events_to_their_person(grown):
    assert {person for _, person, _, day in grown.facts["first"] if day == "2025-02-11"} == {-1}
    assert {person for _, person, _, day in grown.facts["shrunk_and_linked"] if day == "2025-03-06"} == {2}


def test_a_late_row_moves_the_start_of_an_enrolment_back(grown):
    assert grown.starts["first"]["1"] == "2025-02-10", "what lies before the enrolment is no start"
    assert grown.starts["late_and_voided"]["1"] == "2025-01-12"


def test_a_start_whose_row_is_taken_away_is_the_next_activity(grown):
    assert grown.starts["moved"]["moodle_2"] == "2025-02-11"
    assert grown.starts["shrunk_and_linked"] == {"1": "2025-01-12", "2": "2025-03-06"}


def test_a_score_is_counted_once_however_often_it_was_delivered_and_not_at_all_when_voided(grown, query):
    told = "select instrument_id, score_scaled, is_passed from marts.fct_assessment_result where record_kind = {}"
    assert query(grown.home, told.format("'statements'")) == [(COURSE, 0.8, True)] * 2, "s1 and s9, neither s2 nor s8"


def test_a_mover_belongs_to_each_unit_on_its_own_days(grown):
    units = {(day < "2025-02-01", unit) for _, person, unit, day in grown.facts["moved"] if person == 1}
    assert len(units) == 2, "one unit before the move, another one after it"


def test_events_roll_up_to_the_units_above_as_it_was_and_as_it_is_now(grown, query):
    rolled_up = """
        select top.org_unit_id, count(*) from marts.fct_learning_event as events
        inner join marts.bridge_org_hierarchy as above on events.org_unit_key = above.descendant_org_unit_key and {}
        inner join marts.dim_org_unit as top on above.ancestor_org_unit_key = top.org_unit_key and top.is_current
        where events.person_key = 1 group by all
    """
    as_was = "events.occurred_date >= above.valid_from and events.occurred_date < above.valid_to"
    before, after = query(
        grown.home,
        "select count(*) filter (occurred_date < '2025-02-01'), count(*) filter (occurred_date >= '2025-02-01') "
        "from marts.fct_learning_event where person_key = 1",
    )[0]
    assert before
    assert after
    assert dict(query(grown.home, rolled_up.format(as_was))) == {"TOP": before + after, "A": before, "B": after}
    assert dict(query(grown.home, rolled_up.format("above.is_current"))) == {
        "TOP": before + after,
        "A": before,
        "B": before + after,  # A was put below B on the day on which the person moved
    }


def test_a_delivery_of_nothing_new_touches_nothing(dbt, grown, query):
    dbt(grown.home, *INCREMENT)
    assert query(grown.home, "select count(*) from intermediate.int_partitions_touched") == [(0,)]


def test_of_the_ledger_only_files_that_are_not_those_read_before_are_opened(dbt, grown, query, tmp_path):
    home, read_ledger = tmp_path / "home", ("run", "--no-write-json", "--select", "stg_ledger")
    shutil.copytree(grown.home, home)
    files = sorted((home / "landing" / "ledger" / "v1").glob("*/*.parquet"))
    an_hour_ago = time.time() - 3600
    for file in files:
        os.utime(file, (an_hour_ago, an_hour_ago))

    def read_from() -> dict[str, bool]:
        """The files whose rows the ledger holds, and whether they will be opened again."""
        dbt(home, *read_ledger)
        told = query(home, "select file_name, file_modified_at is null from staging.stg_ledger")
        return {of_unit(Path(name)): is_unsure for name, is_unsure in told}

    def of_unit(file: Path) -> str:
        return f"{file.parent.name}/{file.name}"

    every_file = {of_unit(file): False for file in files}
    assert read_from() == every_file

    body = files[0].read_bytes()
    files[0].write_bytes(b"x" * len(body))
    os.utime(files[0], (an_hour_ago, an_hour_ago))
    assert read_from() == every_file, "its name, size and time are as they were, so nobody saw what is in it"

    files[0].write_bytes(body)
    assert read_from() == every_file | {of_unit(files[0]): True}, "it may change once more within the second"

    files[1].unlink()
    os.utime(files[0], (an_hour_ago, an_hour_ago))
    assert read_from() == {name: False for name in every_file if name != of_unit(files[1])}


def test_a_build_looks_at_who_a_day_tells_of_otherwise_and_again_at_all_of_it_when_it_was_never_confirmed(
    dbt, query, tmp_path
):
    counted = "select count(*) from marts.fct_learning_event where record_key = 's7'"
    learners = "select distinct learner from intermediate.int_enrolment_touched order by learner"
    threads = "select count(distinct united_key) from intermediate.int_session_touched"
    zone = LandingZone(tmp_path)
    first_events(zone)
    dbt(
        tmp_path,
        "build",
        *WITHOUT_TESTS,
        "--select",
        "resource_type:seed",
        "staging",
        "intermediate",
        "fct_learning_event",
    )
    told_late = statement("s7", "2025-02-13", actor_token="xapi_2")  # on the day of s3, which is told by xapi_1
    zone.land("xapi", "wrong", extracted_at="2025-02-01", statements=[told_late])
    dbt(tmp_path, *INCREMENT, "--exclude", "int_*_built")  # as if a test of the facts had failed
    assert query(tmp_path, counted) == [(1,)]
    assert (query(tmp_path, learners), query(tmp_path, threads)) == ([("xapi_2",)], [(1,)])
    zone.remove("xapi", "wrong")
    dbt(tmp_path, *INCREMENT)
    assert query(tmp_path, counted) == [(0,)]
    assert (query(tmp_path, learners), query(tmp_path, threads)) == ([("xapi_1",), ("xapi_2",)], [(2,)])
