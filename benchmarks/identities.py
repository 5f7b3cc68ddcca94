"""Who is who at scale: the links of a simulated company beside its truth, before and after people review.

    company (recipe `identity`, five tools, dirty identifiers) → land → resolve → links ─┐
    who made each record, as the truth has it ───────────────────────────────────────────┴→ precision, recall

One link is one identifier under which the records of one tool name one person. It is right where it says that person
on every day on which they do, wrong where it says somebody else on any of them, and open otherwise. The review is
answered as the truth has it, in queues as long as `throughline identity review` shows them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import pandas as pd
from pyarrow import parquet

from benchmarks.measuring import Disagreement, say
from connectors import landing
from connectors.home import Home
from identity.decisions import Decision, add_decisions
from identity.proposals import Proposal, proposals, queue
from identity.tokens import Tokeniser
from identity.vault import Vault
from pipelines.identities import decisions, decisions_file, write_identities
from pipelines.landing import land_tool
from pipelines.settings import declarations, open_tokeniser, use_home
from simulator import SETTINGS, load, write_company

TOOLS = ("totara", "moodle", "xapi", "academy_lrs", "udemy_business")
MONTHS = 6
ROUNDS = 10
"""Queues that people work through at most."""

POPULARITY = 0.3
"""Of the recipe's courses: identities need no more."""

_USED = """
create temp table used as
select 'totara' as tool, landed.person_token as token, landed.effective_date as day, known.person
from read_parquet('{landing}/people/v1/totara/*.parquet') as landed
join known on known.token = landed.person_token and known.tool = 'totara'
union
select 'moodle', landed.person_token, landed.occurred_date, known.person
from read_parquet('{landing}/learning_events/v1/moodle/*.parquet') as landed
join known on known.token = landed.person_token and known.tool = 'moodle'
union
select 'udemy_business', landed.person_token, cast(landed.occurred_at as date), known.person
from read_parquet('{landing}/enrolments/v1/udemy_business/*.parquet') as landed
join known on known.token = landed.person_token and known.tool = 'udemy_business'
union
select landed.tool, landed.actor_token, landed.occurred_date, made.person
from read_parquet('{landing}/statements/v1/*/*.parquet') as landed
join (
    select distinct tool, statement_id, person from '{truth}/happenings/statements.parquet'
    where role not in ('void', 'invalid') and person >= 0
) as made using (tool, statement_id)
where landed.actor_token is not null
"""

_JUDGED = """
with held as (
    select
        token, person_key, coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from '{landing}/identity_links/v1/links.parquet'
),
owners as (
    select held.person_key, any_value(numbers.person) as person, count(distinct numbers.person) as persons
    from numbers join held using (token) group by all
),
judged as (
    select
        used.tool, used.token, used.person, min(held.person_key) as person_key,
        bool_and(coalesce(owners.person = used.person and owners.persons = 1, false)) as is_right,
        bool_or(coalesce(owners.person <> used.person or owners.persons > 1, false)) as is_wrong,
        count(distinct held.person_key) as keys
    from used
    left join held on held.token = used.token and used.day >= held.valid_from and used.day < held.valid_to
    left join owners on owners.person_key = held.person_key
    group by all
),
persons as (
    select person, bool_and(is_right) and count(distinct person_key) = 1 and max(keys) = 1 as is_whole
    from judged group by person
)
select
    count(*) as links,
    count(*) filter (is_right) as found,
    count(*) filter (is_wrong) as wrong,
    (select count(*) from persons) as persons,
    (select count(*) from persons where is_whole) as whole
from judged
"""


def measure(folder: Path, people: int) -> dict[str, Any]:
    """Figures of one company, whose identifiers are dirty as the recipe says."""
    root = folder / f"identities_{people}"
    root.mkdir()
    (root / "settings.yml").write_text(SETTINGS, encoding="utf-8")
    home = use_home(root).open()
    truth = home.restricted / "truth"
    recipe = load("identity", people=people, months=MONTHS, tools=TOOLS)
    recipe = recipe.model_copy(update={"learning": recipe.learning.model_copy(update={"popularity": POPULARITY})})
    say(f"simulating a company of {people:,} with dirty identifiers …")
    write_company(home.inbox, truth, recipe)
    say("landing its five tools …")
    tokeniser = open_tokeniser(home)
    for tool in TOOLS:
        land_tool(home, declarations(home)[tool], tokeniser)
    landing.write_zero_rows(home)
    figures = judged(home, truth, tokeniser)
    shutil.rmtree(root)
    dirty = recipe.delivery.dirty_identifier_share + recipe.workforce.private_address_share
    return {"people": people, "dirty_share": dirty, **figures}


def judged(home: Home, truth: Path, tokeniser: Tokeniser) -> dict[str, Any]:
    """Links before and after review beside the truth, and what the review asked."""
    began = perf_counter()
    write_identities(home)
    seconds = perf_counter() - began
    known, numbers = _known(truth, tokeniser)
    with duckdb.connect() as connection:
        connection.register("known", known)
        connection.register("numbers", numbers)
        connection.execute(_USED.format(landing=home.landing, truth=truth))
        before = _figures(connection, home)
        persons = known.groupby("token")["person"].agg(frozenset).to_dict()
        rounds = list(_reviewed(home, persons))
        after = _figures(connection, home)
    return {"seconds": seconds, "before": before, "after": after, "review": rounds}


def _known(truth: Path, tokeniser: Tokeniser) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every identifier in the truth (tool, token, person), and every employee number (token, person)."""
    told = pd.read_csv(truth / "identities.csv", dtype=str).dropna(subset=["person", "identifier"])
    kinds = {"account:": "employee_number"}
    tokens = [
        tokeniser.tokens(kinds.get(kind[:8], kind), rows["identifier"].tolist())
        for kind, rows in told.groupby("identifier_type")
    ]
    told = pd.concat([rows for _, rows in told.groupby("identifier_type")]).assign(
        token=[token for some in tokens for token in some], person=lambda rows: rows["person"].astype(int)
    )
    is_own = (told["tool"] != "moodle") | (told["identifier_type"] == "moodle:user_id")
    numbers = pd.read_csv(truth / "employee_numbers.csv", dtype=str)
    numbers["token"] = tokeniser.tokens("employee_number", numbers["employee_number"].tolist())
    return told[is_own][["tool", "token", "person"]], numbers.astype({"person": int})[["token", "person"]]


def _figures(connection: duckdb.DuckDBPyConnection, home: Home) -> dict[str, int]:
    relation = connection.sql(_JUDGED.format(landing=home.landing))
    row = relation.fetchone()
    if row is None:
        raise Disagreement("links were judged, and no row came of it")
    return dict(zip(relation.columns, row, strict=True))


def _reviewed(home: Home, persons: dict[str, frozenset[int]]) -> Iterator[dict[str, int]]:
    """Answer one queue after the other as the truth has it, and resolve again: questions asked, and behind them."""
    for _ in range(ROUNDS):
        waiting, employed = _waiting(home)
        asked = queue(waiting, employed)
        if not asked:
            return
        answers = [_answer(pair, persons) for proposal in asked for pair in proposal.pairs]
        add_decisions(decisions_file(home), answers)
        write_identities(home)
        same = sum(decision.decision == "same" for decision in answers)
        yield {"persons": employed, "asked": len(asked), "behind": len(waiting) - len(asked), "same": same,
               "answers": len(answers)}  # fmt: skip


def _waiting(home: Home) -> tuple[list[Proposal], int]:
    links = parquet.read_table(home.landed("identity_links") / "links.parquet").to_pandas()
    employed = links.loc[links["rule"].str.startswith("hr_record"), "person_key"].nunique()
    landed = home.landed("people"), home.landed("accounts")
    return proposals(*landed, links, Vault(home.vault), decisions(home)), employed


def _answer(pair: tuple[str, str], persons: dict[str, frozenset[int]]) -> Decision:
    one, other = (persons.get(token, frozenset()) for token in pair)
    return Decision("same" if one & other else "different", pair, "the truth", date.today(), "simulated")


def told(measured: dict[str, Any]) -> str:
    """Markdown."""
    before, after, review = measured["before"], measured["after"], measured["review"]
    rows = [
        f"| {name} | {figures['links']:,} | {figures['found'] / figures['links']:.4f} "
        f"| {figures['wrong']:,} | {figures['found'] / max(1, figures['found'] + figures['wrong']):.5f} "
        f"| {figures['whole'] / figures['persons']:.4f} |"
        for name, figures in (("before review", before), ("after review", after))
    ]
    first = review[0] if review else {"asked": 0, "behind": 0, "persons": 1}
    answers = sum(each["answers"] for each in review)
    return f"""\
## Who is who: {measured["people"]:,} people, five tools, {measured["dirty_share"]:.0%} dirty identifiers

| | links | recall | wrong | precision | people whole |
|---|---|---|---|---|---|
{chr(10).join(rows)}

One link is one identifier under which one tool's records name one person; whole are people all of whose links have
one key. The queue asks {first["asked"]:,} questions at first, {first["asked"] / first["persons"]:.2%} of the people in
HR ({first["behind"]:,} wait behind them), and {len(review)} queues settle what can be settled, by {answers:,} answers.
Identities are resolved in {measured["seconds"]:.1f} seconds.
"""
