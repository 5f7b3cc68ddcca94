"""Who is who, beside the truth of a company in which people marry, leave, come back, and inherit addresses.

Links are looked at where they matter: every statement, on the day on which it was made, with the person who made it.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd
import pytest

from connectors import landing
from connectors.home import Home
from pipelines.identities import write_identities
from pipelines.landing import land_tool
from pipelines.settings import declarations, open_tokeniser
from simulator import SETTINGS, load, write_company
from tests.pipelines.own_home import own_home
from tests.pipelines.small_company import truth_of

TOOLS = ("totara", "xapi", "academy_lrs")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with own_home(tmp_path_factory.mktemp("identities") / "home") as home:
        (home.root / "settings.yml").write_text(SETTINGS, encoding="utf-8")
        write_company(home.inbox, truth_of(home), load("identity", people=150, months=14, tools=TOOLS))
        tokeniser = open_tokeniser(home)
        for tool in TOOLS:
            land_tool(home, declarations(home)[tool], tokeniser)
        landing.write_zero_rows(home)
        write_identities(home)
        yield home


@pytest.fixture(scope="module")
def told(home: Home) -> pd.DataFrame:
    """One row per statement: who made it, whose it was taken for (a person of the truth, or none), and by which rule."""
    truth = truth_of(home)
    numbers = pd.read_csv(truth / "employee_numbers.csv", dtype=str)
    numbers["token"] = open_tokeniser(home).tokens("employee_number", numbers["employee_number"].tolist())
    with duckdb.connect() as connection:
        connection.register("numbers", numbers)
        return connection.sql(f"""
            with made as (
                select distinct statement_id, person from '{truth}/happenings/statements.parquet'
                where role not in ('void', 'invalid')
            ),
            links as (
                select * replace (
                    coalesce(valid_from, date '1900-01-01') as valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
                )
                from '{home.landed("identity_links")}/links.parquet'
            ),
            landed as (
                select distinct statement_id, actor_token, occurred_date
                from read_parquet('{home.landed("statements")}/*/*.parquet') where actor_token is not null
            ),
            persons as (
                select links.person_key, any_value(cast(numbers.person as bigint)) as person, count(distinct numbers.person) as n
                from numbers join links using (token) group by all
            )
            select landed.statement_id, landed.occurred_date, made.person, persons.person as taken_for, links.rule,
                   links.state, persons.n as persons_of_key
            from landed join made using (statement_id)
            left join links on links.token = landed.actor_token
                and landed.occurred_date >= links.valid_from and landed.occurred_date < links.valid_to
            left join persons using (person_key)
        """).df()


def test_no_statement_is_anybody_else_s(told: pd.DataFrame, home: Home) -> None:
    assert len(pd.read_csv(truth_of(home) / "recycled_emails.csv")) >= 3
    assert len(told) > 3000
    known = told[told["taken_for"].notna()]
    assert (known["persons_of_key"] == 1).all()
    assert (known["taken_for"] == known["person"]).all()


def test_every_statement_has_exactly_one_link(told: pd.DataFrame) -> None:
    assert not told["statement_id"].duplicated().any()
    assert told["state"].notna().all()


def test_whose_a_statement_is_stays_open_for_few(told: pd.DataFrame) -> None:
    """A private address is matched by no rule and by decision only; the rest is what recycled addresses leave open."""
    private = told["state"] == "unmatched"
    assert 0.002 < private.mean() < 0.06
    assert (told.loc[~private, "state"] == "resolved").mean() > 0.98
