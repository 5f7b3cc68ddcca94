"""Open edX Aspects ships what its own models should make of a set of statements: our facts hold the same.

    *_events_expected (parsed statements) → statements, as Open edX sends them → landing → identities → facts
    fact_* and dim_*_expected, course structure of the event sink → compared with questions to our facts

docs/decisions/0112 goes through all of them, and argues what differs.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from connectors import landing
from pipelines.identities import write_identities
from pipelines.landing import land_tool
from pipelines.settings import CHECKOUT, declarations, open_tokeniser
from tests.pipelines.own_home import own_home

SEEDS = CHECKOUT.parent / "shared" / "data" / "warehouse_openedx_aspects"
LMS = "http://localhost:18000"
TYPES = "http://adlnet.gov/expapi/activities/"
EVALUATED = "https://w3id.org/xapi/acrossx/verbs/evaluated"

pytestmark = pytest.mark.skipif(not SEEDS.exists(), reason=f"the seeds of Aspects are not at {SEEDS}")

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    content = (SEEDS / name).read_bytes()
    text = (gzip.decompress(content) if name.endswith(".gz") else content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def statements() -> Iterator[dict[str, Any]]:
    """What Open edX must have sent: its statements are not among the seeds, only what Aspects read in them."""
    names = {course["course_key"]: course["display_name"] for course in rows("event_sink/course_overviews.csv")}
    for event in rows("enrollment/enrollment_events_expected.csv"):
        definition = {"type": TYPES + "course", "name": {"en": names[event["course_key"]]}}
        yield _statement(event, definition)
    for event in rows("problems/problem_events_expected.csv.gz"):
        said = _statement(event, {"type": TYPES + "cmi.interaction", "interactionType": "other"})
        course = {"id": f"{LMS}/course/{event['course_key']}", "definition": {"type": TYPES + "course"}}
        said["context"] = {"contextActivities": {"parent": [course]}}
        if event["verb_id"] == EVALUATED:
            score = {"scaled": float(event["scaled_score"])}
            said["result"] = {"score": score, "success": event["success"] == "true", "response": event["responses"]}
        yield said


def _statement(event: Row, definition: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": event["event_id"],
        "actor": {"objectType": "Agent", "account": {"homePage": LMS, "name": event["actor_id"]}},
        "verb": {"id": event["verb_id"], "display": {"en": event["verb_id"].rsplit("/", maxsplit=1)[-1]}},
        "object": {"objectType": "Activity", "id": event["object_id"], "definition": definition},
        "timestamp": event["emission_time"].replace(" ", "T") + "Z",
        "version": "1.0.3",
    }


BUILT = ("+fct_learning_event", "+fct_enrolment", "+dim_learning_activity", "+bridge_activity_tool")


@pytest.fixture(scope="module")
def ours(dbt, tmp_path_factory):
    """Our facts beside the seeds of Aspects, each under its name."""
    root = tmp_path_factory.mktemp("aspects") / "home"
    with own_home(root) as home:
        landing.write_zero_rows(home)
        (home.inbox / "xapi").mkdir()
        told = "\n".join(json.dumps(statement) for statement in statements())
        (home.inbox / "xapi" / "aspects.ndjson").write_text(told, encoding="utf-8")
        (unit,) = land_tool(home, declarations(home)["xapi"], open_tokeniser(home)).units
        assert [row["rows_rejected"] for row in unit.rows] == [0, 0, 0], unit.rows
        write_identities(home)
    dbt(root, "build", "--no-write-json", "--exclude-resource-types", "test", "unit_test", "--select", *BUILT)
    with duckdb.connect(str(root / "warehouse" / "warehouse.duckdb")) as connection:
        for path in SEEDS.rglob("*.csv*"):
            read = f"read_csv('{path}', all_varchar = true, header = true)"
            connection.execute(f"create temp table {path.name.split('.')[0]} as from {read}")
        connection.execute(OUR_FACTS)
        yield connection


OUR_FACTS = f"""
    create temp table told as
    select
        events.record_key as event_id, events.person_key, events.verb, events.occurred_at, events.score_scaled,
        events.is_success, offerings.activity_id as object_id, activities.title
    from marts.fct_learning_event as events
    inner join marts.bridge_activity_tool as offerings
        on events.activity_key = offerings.activity_key and events.tool = offerings.tool
    inner join marts.dim_learning_activity as activities
        on events.activity_key = activities.activity_key and activities.is_current;

    -- A person is told apart by a key of ours, and by Aspects by the learner's id: what both made of one statement.
    create temp table who as
    select distinct told.person_key, said.actor_id
    from told
    inner join (
        select event_id, actor_id from enrollment_events_expected
        union all
        select event_id, actor_id from problem_events_expected
    ) as said on told.event_id = said.event_id;

    create temp table answered as
    select who.actor_id, replace(told.object_id, '{LMS}/xblock/', '') as problem_id, told.*
    from told
    inner join who on told.person_key = who.person_key
    where told.verb = 'evaluated';
"""


def differences(ours: duckdb.DuckDBPyConnection, mine: str, theirs: str) -> list[tuple[Any, ...]]:
    """Rows that only one of the two has, both ways."""
    return ours.execute(f"(({mine}) except all ({theirs})) union all (({theirs}) except all ({mine}))").fetchall()


def test_a_learner_of_theirs_is_a_person_of_ours(ours):
    counted = "select count(*), count(distinct person_key), count(distinct actor_id), min(person_key) > 0 from who"
    assert ours.execute(counted).fetchone() == (99, 99, 99, True)


def test_every_enrolment_event_is_an_event(ours):
    mine = "select event_id, verb, occurred_at, object_id from told where verb in ('registered', 'unregistered')"
    theirs = """
        select event_id, regexp_extract(verb_id, '[a-z]+$') as verb, emission_time::timestamp, object_id
        from enrollment_events_expected
    """
    assert ours.execute(f"select count(*) from ({mine})").fetchone() == (729,)
    assert differences(ours, mine, theirs) == []


def test_their_fact_of_enrolments_is_a_question_to_our_events(ours):
    """But for the name and address of the learner, which we publish to nobody, and the mode, which we don't land."""
    mine = """
        select occurred_at, title, actor_id, verb from told inner join who on told.person_key = who.person_key
        where verb in ('registered', 'unregistered')
    """
    theirs = "select emission_time::timestamp, course_name, actor_id, enrollment_status from fact_enrollments_expected"
    assert differences(ours, mine, theirs) == []


def test_courses_bear_the_names_that_they_say(ours):
    mine = f"select distinct replace(object_id, '{LMS}/course/', ''), title from told where object_id like '%/course/%'"
    theirs = "select course_key, course_name from dim_course_names_expected"
    assert ours.execute(f"select count(*) from ({theirs})").fetchone() == (10,)
    assert differences(ours, mine, theirs) == []


def test_who_is_enrolled_now_is_who_they_say(ours):
    mine = """
        select
            replace(offerings.activity_id, 'http://localhost:18000/course/', '') as course_key, who.actor_id,
            arg_max(
                case when enrolments.cancelled_at is null then 'registered' else 'unregistered' end,
                enrolments.enrolment_number
            ) as enrollment_status
        from marts.fct_enrolment as enrolments
        inner join marts.bridge_activity_tool as offerings on enrolments.activity_key = offerings.activity_key
        inner join who on enrolments.person_key = who.person_key
        group by course_key, who.actor_id
    """
    theirs = "select course_key, actor_id, enrollment_status from dim_most_recent_enrollment_expected"
    assert ours.execute(f"select count(*) from ({theirs})").fetchone() == (423,)
    assert differences(ours, mine, theirs) == []


def test_every_problem_event_is_an_event_and_what_was_only_asked_has_no_score(ours):
    """Theirs says of a hint that was asked for that it scored 0 and failed: a column of ClickHouse has no null."""
    mine = """
        select event_id, verb, occurred_at, round(score_scaled, 9), is_success from told
        where verb not in ('registered', 'unregistered')
    """
    theirs = f"""
        select
            event_id, regexp_extract(verb_id, '[a-z]+$'), emission_time::timestamp,
            case when verb_id = '{EVALUATED}' then round(scaled_score::double, 9) end,
            case when verb_id = '{EVALUATED}' then success = 'true' when verb_id like '%/passed' then null end
        from problem_events_expected
    """
    assert ours.execute(f"select count(*) from ({mine})").fetchone() == (1061,)
    assert differences(ours, mine, theirs) == []


def test_the_last_answer_is_the_same_where_their_count_of_attempts_follows_the_clock(ours):
    """Theirs is the answer with the highest number of attempts. In 12 of 873 cases that is not the latest one."""
    mine = """
        select actor_id, problem_id, arg_max(event_id, occurred_at) as event_id from answered
        group by actor_id, problem_id
    """
    agreeing = f"""
        select count(*), count_if(answered.occurred_at = theirs.emission_time::timestamp),
            count_if(answered.is_success = (theirs.success = 'true') and answered.occurred_at = emission_time::timestamp)
        from ({mine}) as mine
        inner join answered on mine.event_id = answered.event_id
        full outer join dim_learner_last_response_expected as theirs
            on mine.actor_id = theirs.actor_id and mine.problem_id = theirs.problem_id
    """
    counted, latest, succeeding = ours.execute(agreeing).fetchone()
    assert counted == 873
    assert latest == succeeding
    assert counted - latest == ours.execute(AGAINST_THE_CLOCK).fetchone()[0]


AGAINST_THE_CLOCK = f"""
    with numbered as (
        select actor_id, problem_id, max(emission_time::timestamp) as last_at,
            arg_max(emission_time::timestamp, attempts::int) as at_most_attempts
        from problem_events_expected
        where verb_id = '{EVALUATED}'
        group by actor_id, problem_id
    )
    select count(*) from numbered where last_at <> at_most_attempts
"""

ENGAGEMENT = """
    with blocks as (
        select
            location, course_key, xblock_data_json->>'block_type' as block_type,
            (xblock_data_json->'section')::int as section, (xblock_data_json->'subsection')::int as subsection
        from course_blocks
    ),
    problems as (
        select *, count(*) over (partition by course_key, section, subsection) as of_part
        from blocks where block_type = 'problem'
    ),
    tried as (
        select
            course_key, section, subsection, actor_id,
            case
                when count(distinct problem_id) = any_value(of_part) then 'All problems attempted'
                else 'At least one problem attempted'
            end as engagement
        from problems inner join answered on problems.location = answered.problem_id
        group by all
    )
    select 'subsection' as content_level, blocks.location as block_id, actor_id, engagement
    from tried inner join blocks using (course_key, section, subsection)
    where block_type = 'sequential'
    union all
    -- Theirs has a row for each different word that the parts of a section give; ours would have one.
    select distinct 'section', blocks.location, actor_id, engagement
    from tried inner join blocks using (course_key, section)
    where block_type = 'chapter'
"""


def test_who_tried_what_of_a_course_follows_from_our_events_and_its_structure(ours):
    theirs = (
        "select content_level, block_id, actor_id, section_subsection_problem_engagement "
        "from fact_problem_engagement_expected"
    )
    assert ours.execute(f"select count(*) from ({theirs})").fetchone() == (1313,)
    assert differences(ours, ENGAGEMENT, theirs) == []
    twice = f"select count(*) from (select block_id, actor_id from ({theirs}) group by all having count(*) > 1)"
    assert ours.execute(twice).fetchone() == (36,), "learners of whom theirs says that they tried all and not all"
