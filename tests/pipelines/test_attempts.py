"""The attempts of the simulated company beside what its players did: cmi5 sittings, videos, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from connectors.home import Home
from tests.pipelines.small_company import truth_of


@pytest.fixture
def warehouse(company: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(company.database), read_only=True) as connection:
        connection.execute(f"set variable truth = '{truth_of(company)}'")
        yield connection


def test_every_launch_of_the_cmi5_player_is_one_attempt_that_was_terminated(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    launches, attempts, ended, broken = warehouse.sql("""
        select
            (select count(distinct event) from read_parquet(getvariable('truth') || '/happenings/statements.parquet')
             where verb = 'launched' and role not in ('invalid', 'voided')),
            count(*), count(*) filter (end_reason = 'terminated' and duration_rule = 'told by terminated'),
            count(*) filter (broken_rules <> '')
        from marts.fct_attempt where attempt_method = 'cmi5'
    """).fetchone()  # type: ignore[misc]
    assert attempts == ended == launches > 20
    assert broken == 0


def test_whoever_completed_a_course_of_the_players_is_seen_to_have(warehouse: duckdb.DuckDBPyConnection) -> None:
    true, counted, by_criterion, satisfied = warehouse.sql("""
        select
            (select count(*) from read_csv(getvariable('truth') || '/enrolments.csv', all_varchar = true)
             where tool = 'xapi' and outcome = 'completed'),
            count(*), count(*) filter (completion_evidence = 'cmi5 moveOn CompletedOrPassed'),
            (select count(*) from marts.fct_registration where is_satisfied)
        from marts.fct_enrolment where tool in ('xapi', 'academy_lrs') and is_completed
    """).fetchone()  # type: ignore[misc]
    assert counted == true > 20
    assert by_criterion == satisfied > 0


def test_what_was_watched_of_a_video_is_what_its_player_reports(warehouse: duckdb.DuckDBPyConnection) -> None:
    shares = warehouse.sql("""
        select watched_share, reported_progress_share, required_share, completed_at is not null
        from marts.fct_attempt where attempt_method = 'video'
    """).fetchall()
    assert len(shares) > 10
    for watched, reported, required, is_completed in shares:
        # The player counts each sitting for itself; the registration holds the union of them.
        assert watched >= reported - 0.002
        assert (required, is_completed) == (0.9, round(watched, 2) >= 0.9)
    assert sum(watched <= reported + 0.002 for watched, reported, *_ in shares) > len(shares) / 2
