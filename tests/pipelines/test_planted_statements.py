"""The lives of statements beside what was planted: every role of the truth is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from connectors.home import Home
from tests.pipelines.small_company import truth_of

Rows = list[tuple[Any, ...]]
Ask = Callable[[str], Rows]

STATEMENTS = "create temp table told as from read_parquet(?)"
COUNTED = (
    "(select record_key as statement_id, * from warehouse.marts.fct_learning_event where record_kind = 'statements')"
)


@pytest.fixture(scope="module")
def ask(company: Home) -> Iterator[Ask]:
    """Rows of one query over the warehouse, with the truth beside it as ``told`` and the statements as ``counted``."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{company.database}' as warehouse (read_only)")
        connection.execute(STATEMENTS, [str(truth_of(company) / "happenings" / "statements.parquet")])
        connection.execute(f"create temp view counted as from {COUNTED}")
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.mark.parametrize(
    "role",
    ["normal", "late", "skewed", "voided", "void", "resent", "conflict", "group", "planned", "invalid"],
)
def test_every_role_is_planted(ask: Ask, role: str) -> None:
    assert ask(f"select count(*) > 0 from told where role = '{role}'") == [(True,)]


def test_the_voids_are_those_that_were_planted_and_each_says_when_it_came(ask: Ask) -> None:
    planted = ask("""
        select void.statement_id, void.detail,
            if(bool_or(target.detail = 'void_before_target'), 'before its target', 'after its target')
        from told as void inner join told as target on void.detail = target.statement_id
        where void.role = 'void' group by all order by all
    """)
    found = ask("""
        select statement_id, target_statement_id, arrival from warehouse.trust.statement_voids
        where outcome = 'applied' order by all
    """)
    assert found == planted
    assert {arrival for *_, arrival in found} == {"before its target", "after its target"}
    assert ask("select count(*) from counted semi join told on told.statement_id = counted.statement_id and role in ('void', 'voided')") == [(0,)]  # fmt: skip


def test_the_conflicts_are_those_that_were_planted_and_the_first_body_counts(ask: Ask) -> None:
    planted = ask("select distinct statement_id, tool, detail from told where role = 'conflict' order by all")
    found = ask("select distinct statement_id, tool, differs_in from warehouse.trust.statement_conflicts order by all")
    assert [row[:2] for row in found] == [row[:2] for row in planted]
    assert all(detail in differs for (*_, detail), (*_, differs) in zip(planted, found, strict=True))
    kept = "select distinct tool from counted semi join told on told.statement_id = counted.statement_id and role = 'conflict'"
    assert ask(kept) == [("xapi",)]


def test_what_was_sent_again_under_another_id_is_suspected_and_nothing_else_is(ask: Ask) -> None:
    planted = ask("select distinct statement_id, detail from told where role = 'resent' order by all")
    found = ask("select statement_id, first_statement_id from warehouse.trust.suspected_duplicates order by all")
    assert {frozenset(pair) for pair in found} == {frozenset(pair) for pair in planted}
    assert ask("select count(*) from told anti join counted using (statement_id) where role = 'resent'") == [(0,)]


def test_a_group_is_nobody_and_its_members_are_those_that_it_told(ask: Ask) -> None:
    assert ask("""
        select distinct person_key, actor_kind in ('group', 'anonymous_group')
        from counted semi join told on told.statement_id = counted.statement_id and role = 'group'
    """) == [(-1, True)]  # fmt: skip
    planted = ask("""
        select statement_id, len(string_split(detail, ' ')) from told where role = 'group' and detail <> '' order by all
    """)
    found = ask("""
        select counted.statement_id, sum(member_count)::int from warehouse.marts.bridge_learning_event_member
        inner join counted using (event_key) group by all order by all
    """)
    assert found == planted


def test_a_plan_is_identified_and_never_done(ask: Ask) -> None:
    assert ask("""
        select distinct verb, state, object_kind, activity_key
        from counted semi join told on told.statement_id = counted.statement_id and role = 'planned'
    """) == [("planned", "identified", "sub_statement", "-1")]  # fmt: skip


def test_a_late_statement_lies_on_the_day_on_which_it_happened(ask: Ask) -> None:
    [(shortest, longest)] = ask("""
        select min(date_diff('day', occurred_at, stored_at)), max(date_diff('day', occurred_at, stored_at))
        from counted semi join told on told.statement_id = counted.statement_id and role = 'late'
    """)
    assert shortest >= 0, "what is late at the end of the last month comes with its last dump"
    assert longest >= 10


def test_a_wrong_clock_is_kept_as_it_was_sent(ask: Ask) -> None:
    """What the clock claimed is all that is known; that it is ahead is a flag, and nothing is moved."""
    [(ahead, flagged)] = ask("""
        select count(*) filter (detail::bigint > 3600),
            count(*) filter (detail::bigint > 3600 and flags like '%timestamp_after_stored%')
        from (select distinct statement_id, detail from told where role = 'skewed')
        inner join warehouse.staging.stg_statements using (statement_id)
    """)
    assert ahead == flagged


def test_what_both_stores_hold_is_one_enrolment_named_after_the_larger_store(ask: Ask) -> None:
    assert ask("select source_tool from warehouse.marts.dim_tool where tool = 'academy_lrs'") == [("xapi",)]
    held_twice = """
        select told.person, told.offering, count(distinct tool) as stores
        from told where role in ('normal', 'late', 'skewed') and verb in ('completed', 'passed') group by all
    """
    [(enrolments, shared)] = ask(f"select count(*), count(*) filter (stores = 2) from ({held_twice})")
    assert 0 < shared < enrolments
    tools = "select distinct tool from warehouse.marts.fct_enrolment where tool in ('xapi', 'academy_lrs')"
    assert ask(tools) == [("xapi",)]
    assert ask("""
        select count(*) from (
            select person_key, activity_key, enrolment_number from warehouse.marts.fct_enrolment
            where tool = 'xapi' and person_key <> -1 group by all having count(*) > 1)
    """) == [(0,)]  # fmt: skip
