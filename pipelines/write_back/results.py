"""Which results can be written back. A further one is one more entry of ``RESULTS``.

A query runs on the warehouse that the published version was made from and yields the columns of :class:`Fact`, one row
per fact. It is given ``$tools``, the tools that the settings name, or none. What an LRS told us, an LRS knows: without
``$tools``, facts that statements tell are not selected.

``version`` is the version of the definition. It is part of the ids: with a new one every statement of the result
is sent anew and the old ones are voided, so it changes when the meaning of a result does, and only then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import duckdb


@dataclass(frozen=True)
class Fact:
    """Something that a person did. The thing has an IRI that tools share, or an id of the organisation's own.

    ``happened_at`` is UTC; ``is_selected`` says whether it should be sent, not whether it is true.
    """

    person_key: int
    thing_iri: str | None
    thing_id: str
    title: str | None
    language: str | None
    parent_iri: str | None
    parent_id: str | None
    day: date
    happened_at: datetime
    is_selected: bool


@dataclass(frozen=True)
class Result:
    """``things``: what the object is, as a segment of the IRIs that are made for it. ``thing_type``: its type, if one
    holds for all of them.
    """

    name: str
    version: int
    about: str
    verb: str
    verb_name: str
    things: str
    thing_type: str | None
    outcome: dict[str, bool]
    query: str


_THINGS = """
things as (
    select activities.activity_key, coalesce(activities.catalogue_code, activities.activity_key) as id,
           activities.title, activities.language, min(offerings.activity_id) as iri
    from marts.dim_learning_activity as activities
    left join marts.bridge_activity_tool as offerings
        on activities.activity_key = offerings.activity_key and offerings.activity_id like '%://%'
    where activities.activity_key <> '-1' and activities.is_current
    group by all
),
tellers as (select distinct tool from trust.ledger where record_kind = 'statements' and rows_landed > 0)
"""
_SELECTED = """
case when $tools is null then not bool_or(facts.tool in (select tool from tellers))
     else bool_or(list_contains($tools, facts.tool)) end as is_selected
"""

COMPLETED = Result(
    "completed",
    version=1,
    about="A person completed or passed an activity on a day, in whichever tool.",
    verb="http://adlnet.gov/expapi/verbs/completed",
    verb_name="completed",
    things="activities",
    thing_type="http://adlnet.gov/expapi/activities/course",
    outcome={"completion": True},
    query=f"""
with {_THINGS}
select facts.person_key, things.iri, things.id, things.title, things.language, null, null, facts.completed_date,
       min(coalesce(facts.completed_at, facts.passed_at)), {_SELECTED}
from marts.fct_enrolment as facts
join things using (activity_key)
where facts.is_completed
group by all
""",
)

ATTEMPT_COMPLETED = Result(
    "attempt_completed",
    version=1,
    about="A person completed a part of an activity, or a whole one, in an attempt on a day, as a player told it.",
    verb="http://adlnet.gov/expapi/verbs/completed",
    verb_name="completed",
    things="activities",
    thing_type=None,
    outcome={"completion": True},
    query=f"""
with {_THINGS}
select facts.person_key, things.iri, things.id, things.title, things.language, null, null,
       facts.completed_at::date, min(facts.completed_at), {_SELECTED}
from marts.fct_attempt as facts
join things using (activity_key)
where facts.completed_at is not null
group by all
""",
)

TRANSFER_OBSERVED = Result(
    "transfer_observed",
    version=1,
    about="Somebody else saw a person meet the standard of a behaviour at work on a day.",
    verb="https://w3id.org/xapi/tla/verbs/asserted",
    verb_name="asserted",
    things="behaviours",
    thing_type="http://adlnet.gov/expapi/activities/performance",
    outcome={"success": True},
    query=f"""
with {_THINGS}
select facts.person_key, null, facts.behaviour_id, facts.behaviour_id, null,
       any_value(things.iri order by things.id), any_value(things.id order by things.id),
       facts.observed_date, min(facts.observed_at), {_SELECTED}
from marts.fct_observation as facts
left join things using (activity_key)
where facts.observation_type = 'behaviour' and facts.observer_type <> 'self' and facts.is_standard_met
    and facts.behaviour_id is not null
group by facts.person_key, facts.behaviour_id, facts.observed_date
""",
)

RESULTS = {result.name: result for result in (COMPLETED, ATTEMPT_COMPLETED, TRANSFER_OBSERVED)}


def facts(warehouse: duckdb.DuckDBPyConnection, result: Result, tools: Sequence[str]) -> Iterator[Fact]:
    """The facts of one result, always in the same order."""
    found = warehouse.execute(f"{result.query} order by all", {"tools": list(tools) or None})
    while rows := found.fetchmany(10_000):
        yield from (Fact(*row) for row in rows)
