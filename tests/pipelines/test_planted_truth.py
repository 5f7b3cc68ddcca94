"""What the warehouse says beside what is true of the simulated company: identities, voids, completions, hours."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest

from connectors.home import Home
from pipelines.settings import open_tokeniser
from tests.pipelines.small_company import truth_of


@pytest.fixture
def warehouse(company: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(company.database), read_only=True) as connection:
        connection.execute(f"set variable happenings = '{truth_of(company) / 'happenings'}'")
        yield connection


@pytest.fixture(scope="session")
def linked(company: Home) -> pd.DataFrame:
    """Every identifier that one person ever had, with that person and the person_key that it was given."""
    known = pd.read_csv(truth_of(company) / "identities.csv", dtype=str, keep_default_na=False)
    # Accounts of one identity provider hold employee numbers; settings.yml says so.
    known["identifier_type"] = known["identifier_type"].where(
        ~known["identifier_type"].str.startswith("account:"), "employee_number"
    )
    known["identifier_type"] = known["identifier_type"].replace("mbox_sha1sum", "email_sha1")
    tokeniser = open_tokeniser(company)
    known["token"] = ""
    for kind, rows in known.groupby("identifier_type"):
        values = rows["identifier"].tolist()
        sha1 = kind == "email_sha1"
        known.loc[rows.index, "token"] = tokeniser.tokens("mbox_sha1sum" if sha1 else str(kind), values)
    links = duckdb.read_parquet(str(company.landed("identity_links") / "links.parquet")).df()
    return known[known.groupby("token")["person"].transform("nunique") == 1].merge(links, on="token", how="inner")


def test_no_key_stands_for_two_people(linked: pd.DataFrame) -> None:
    resolved = linked[linked["person_key"].notna() & (linked["person"] != "")]
    assert len(resolved) > 200
    assert (resolved.groupby("person_key")["person"].nunique() == 1).all()


def test_whoever_can_be_matched_is_matched_and_nobody_else(linked: pd.DataFrame) -> None:
    seen = linked[(linked["person"] != "") & (linked["identifier_type"] != "username")]
    can = seen["is_matchable"] == "True"
    assert (seen.loc[can, "state"] == "resolved").all()
    assert (~can).any()
    assert not (seen.loc[~can, "state"] == "resolved").any()


def test_a_statement_is_whose_it_is(company: Home, linked: pd.DataFrame, warehouse: duckdb.DuckDBPyConnection) -> None:
    numbers = linked[(linked["rule"] == "hr_record") & (linked["person"] != "")]
    warehouse.register("numbers", numbers[["person", "person_key"]].astype("int64").drop_duplicates())
    (whose,) = warehouse.sql("""
        with told as (
            select statement_id, any_value(person) as person
            from read_parquet(getvariable('happenings') || '/statements.parquet') group by all
        )
        select
            count(*),
            count_if(event.person_key = -1),
            count_if(numbers.person <> told.person)
        from told
        join marts.fct_learning_event as event on event.record_key = told.statement_id
        left join numbers on numbers.person_key = event.person_key
    """).fetchall()
    events, unknown, wrong = whose
    assert wrong == 0
    assert unknown < 0.01 * events > 10


def test_what_was_voided_is_not_counted_and_everything_else_is_counted_once(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    counted = warehouse.sql("""
        with told as (
            select statement_id, any_value(role) as planted
            from read_parquet(getvariable('happenings') || '/statements.parquet') group by all
        )
        select
            coalesce(told.planted in ('voided', 'void', 'invalid'), true) as is_void,
            count(event.record_key), count(told.statement_id)
        from told
        full join (from marts.fct_learning_event where record_kind = 'statements') as event
            on event.record_key = told.statement_id
        group by all order by all
    """).fetchall()
    (_, events, statements), (_, void_events, void_statements) = counted
    assert events == statements > 1000
    assert void_events == 0 < void_statements


def test_courses_are_completed_as_often_as_they_were(company: Home, warehouse: duckdb.DuckDBPyConnection) -> None:
    ended = pd.read_csv(truth_of(company) / "enrolments.csv", dtype=str, keep_default_na=False)
    true = ended[(ended["outcome"] == "completed") & (ended["tool"] == "moodle")].groupby("course_code").size()
    counted = warehouse.sql("""
        select activity.catalogue_code as course_code, count(*) as n
        from marts.fct_enrolment as enrolment
        inner join marts.dim_learning_activity as activity using (activity_key)
        where activity.is_current and enrolment.tool = 'moodle' and enrolment.completed_at is not null
        group by all
    """).df().set_index("course_code")["n"]  # fmt: skip
    assert counted.to_dict() == true.to_dict()


def test_the_hours_that_were_written_down_are_the_hours_that_landed(warehouse: duckdb.DuckDBPyConnection) -> None:
    landed, true = warehouse.sql("""
        select
            (select sum(minutes) from (
                select distinct on (record_key) minutes from staging.stg_learning_time
                where tool = 'time_registration' order by record_key, extracted_at desc)),
            (select sum(minutes) from read_parquet(getvariable('happenings') || '/learning_time.parquet') where is_registered)
    """).fetchone()  # type: ignore[misc]
    assert landed == pytest.approx(true, rel=0.005), "hours are written with two decimals, or as h:mm"


def test_a_sitting_that_was_written_down_as_well_is_one_sitting(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Registers name a course by the organisation's code; what another tool recorded of that course and day is the same."""
    courses, without = warehouse.sql("""
        select count(*), count(*) filter (activity.catalogue_code is null)
        from marts.fct_learning_time as learned
        inner join marts.dim_learning_activity as activity using (activity_key)
        where learned.tool = 'time_registration' and learned.is_formal and activity.is_current
    """).fetchone()  # type: ignore[misc]
    assert courses > 0 == without
    twice, wrong = warehouse.sql("""
        with days as (
            select
                sum(minutes) as minutes,
                sum(case when tool = 'time_registration' then minutes_told end) as written_down,
                sum(case when tool <> 'time_registration' then minutes end) as recorded
            from marts.fct_learning_time where person_key <> -1 group by person_key, learning_date, activity_key
        )
        select count(*), count(*) filter (abs(minutes - greatest(written_down, recorded)) > 0.01)
        from days where written_down is not null and recorded is not null
    """).fetchone()  # type: ignore[misc]
    assert twice > 0 == wrong


def test_every_kpi_of_every_team_is_what_its_system_measured(warehouse: duckdb.DuckDBPyConnection) -> None:
    landed, true, same = warehouse.sql("""
        with landed as (
            select distinct on (record_key) * from staging.stg_kpi_values order by record_key, extracted_at desc
        ),
        measured as (select * from read_parquet(getvariable('happenings') || '/kpi_values.parquet'))
        select
            (select count(*) from landed), (select count(*) from measured),
            (select count(*) from landed inner join measured
                on landed.kpi_id = measured.kpi_id and landed.org_unit_id = measured.org_unit_id
                and landed.period_start = measured.period_start::date
                and abs(coalesce(landed.value, landed.numerator / landed.denominator) - measured.value)
                    < 0.006 + 0.001 * abs(measured.value))
    """).fetchone()  # type: ignore[misc]
    assert same == true
    assert landed == true


def test_every_pilot_of_the_workbook_is_registered_and_has_a_card_and_a_page(
    company: Home, warehouse: duckdb.DuckDBPyConnection
) -> None:
    programmes = pd.read_csv(truth_of(company) / "programmes.csv", dtype=str)
    planted = {f"INI-{p.programme_id.replace('_', '-')}.{p.kpi_id}" for p in programmes.itertuples()}
    cards = dict(warehouse.execute("select study_id, verdict from metrics.effect_cards").fetchall())
    assert planted < cards.keys()
    # Four months, in which everybody begins: nothing can be known yet, and nothing is said.
    assert set(cards.values()) <= {"not credible", "not estimable"}
    assert warehouse.sql("select count(estimate) from metrics.effect_cards").fetchone() == (0,)
    pages = {page.stem for page in (company.published / "effects").glob("*.html")}
    assert pages == cards.keys()
    registered = warehouse.sql("select count(*) from metrics.study_registration where is_current").fetchone()
    assert registered == (len(cards),)


def test_teams_are_trained_when_their_programme_began(company: Home, warehouse: duckdb.DuckDBPyConnection) -> None:
    starts = pd.read_csv(truth_of(company) / "starts.csv", dtype=str)
    warehouse.register("starts", starts)
    (trained,) = warehouse.sql("""
        select count(*), count_if(exposed.first_exposed_month < starts.start::date), count(exposed.first_exposed_month)
        from starts
        inner join marts.dim_org_unit as unit on starts.org_unit_id = unit.org_unit_id and unit.is_current
        inner join (
            select distinct initiative_id, org_unit_key, first_exposed_month from marts.fct_training_exposure
        ) as exposed
            on exposed.initiative_id = 'INI-' || replace(starts.programme_id, '_', '-')
            and exposed.org_unit_key = unit.org_unit_key
    """).fetchall()
    planned, too_early, ever = trained
    assert too_early == 0
    assert ever == planned > 0


def test_what_was_gained_and_what_was_kept_is_what_the_tests_told(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Points and a maximum are all that lists of scores tell; whoever took both tests has a pair."""
    counted = warehouse.sql("""
        select pair_kind, count(*) as pairs, sum((later_score - earlier_score) / (1 - earlier_score)) as gains
        from marts.fct_assessment_pair
        where reason_unused is null and tool = 'test_scores'
        group by all order by all
    """).fetchall()
    true = warehouse.sql("""
        with taken as (from read_parquet(getvariable('happenings') || '/tests.parquet')),
        pairs as (
            select
                case later.occasion when 'post' then 'gain' else 'retention' end as pair_kind,
                (later.score - earlier.score) / (earlier.score_max - earlier.score) as gain
            from taken as later
            inner join taken as earlier
                on later.person = earlier.person and later.programme = earlier.programme
                and earlier.occasion = case later.occasion when 'post' then 'pre' else 'post' end
            where earlier.at < later.at and later.occasion in ('post', 'delayed')
        )
        select pair_kind, count(*), sum(gain) from pairs group by all order by all
    """).fetchall()  # fmt: skip
    assert [(kind, pairs) for kind, pairs, _ in counted] == [(kind, pairs) for kind, pairs, _ in true]
    assert all(pairs > 5 for _, pairs, _ in true)
    assert [gains for _, _, gains in counted] == pytest.approx([gains for _, _, gains in true])


def test_nobody_learned_longer_than_from_the_first_to_the_last_statement_of_a_day(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Attempts last for weeks, hold videos, and are told by two stores; their minutes are spent once, on their day."""
    days, sat_again, too_long = warehouse.sql("""
        with counted as (
            select person_key, learning_date, sum(minutes) as minutes
            from marts.fct_learning_time where evidence = 'attempt' and person_key <> -1 group by all
        ),
        began as (select distinct person_key, started_date from marts.fct_attempt),
        told as (
            select person_key, occurred_date, min(occurred_at) as first_at, max(occurred_at) as last_at
            from marts.fct_learning_event where record_kind = 'statements' group by all
        ),
        days as (
            select
                *,
                date_diff('second', first_at, last_at) / 60 as minutes,
                -- Who sits on after midnight sits on the day on which they sat down.
                lead(first_at) over (partition by person_key order by occurred_date) < last_at + interval 30 minutes
                    as is_sat_through
            from told
        )
        select
            count(*),
            count_if(began.person_key is null),
            count_if(counted.minutes > coalesce(days.minutes, 0) + 0.1 and not coalesce(days.is_sat_through, false))
        from counted
        left join began on began.person_key = counted.person_key and began.started_date = counted.learning_date
        left join days on days.person_key = counted.person_key and days.occurred_date = counted.learning_date
    """).fetchone()  # type: ignore[misc]
    assert days > sat_again > 0 == too_long
