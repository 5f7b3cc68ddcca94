"""A published version of a few rows: the tables of the warehouse that results are read from, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime

import duckdb

from connectors.home import Home

_SCHEMA = """
create schema marts;
create schema trust;
create table marts.dim_learning_activity (
    activity_key varchar, catalogue_code varchar, title varchar, language varchar, is_current boolean
);
create table marts.bridge_activity_tool (activity_key varchar, tool varchar, activity_id varchar);
create table marts.fct_enrolment (
    tool varchar, person_key bigint, activity_key varchar, is_completed boolean, completed_at timestamp,
    passed_at timestamp, completed_date date
);
create table marts.fct_attempt (tool varchar, person_key bigint, activity_key varchar, completed_at timestamp);
create table marts.fct_observation (
    tool varchar, person_key bigint, activity_key varchar, behaviour_id varchar, observation_type varchar,
    observer_type varchar, observed_at timestamp, observed_date date, is_standard_met boolean
);
create schema publishing;
create table publishing.build (build_id varchar);
create table publishing.version (version varchar, build_id varchar);
create table trust.ledger (tool varchar, record_kind varchar, rows_landed bigint);
insert into marts.dim_learning_activity values
    ('-1', null, 'unknown', null, true), ('a', 'CAT-1', 'Working carefully', 'en_GB', false),
    ('a', 'CAT-1', 'Working safely', 'en_GB', true), ('b', 'CAT 2/é', 'Sauber arbeiten', 'de', true),
    ('c', null, null, 'not a language', true), ('d', null, 'An address', null, true);
insert into marts.bridge_activity_tool values
    ('a', 'moodle', 'course:1'), ('a', 'xapi', 'https://lms.example.org/course/1'), ('d', 'xapi', 'bad iri://x y');
insert into trust.ledger values ('moodle', 'enrolments', 9), ('xapi', 'statements', 9), ('udemy', 'statements', 0);
"""

Completion = tuple[int, str, str]
"""person_key, activity_key, moment (UTC)."""


def publish(
    home: Home,
    completions: Iterable[Completion] = (),
    *,
    tool: str = "moodle",
    also: Iterable[tuple[str, *Completion]] = (),
    attempts: Iterable[tuple[str, int, str, str | None]] = (),
    observations: Iterable[tuple[int, str, str, str, bool | None]] = (),
) -> str:
    """Publish a version in which these completions (of ``tool``; ``also`` name their own) and observations are true.

    ``attempts`` name their tool, and the moment of their completion if there was one.
    """
    version = f"20260101T000000Z-{len(list(home.published.glob('learning-*'))):08}"
    rows = [(tool, *one) for one in completions] + list(also)
    home.database.unlink(missing_ok=True)
    with duckdb.connect(os.fspath(home.database)) as connection:
        connection.execute(_SCHEMA)
        connection.execute("insert into publishing.build values (?)", [version])
        connection.execute("insert into publishing.version values ($1, $1)", [version])
        for teller, person, activity, moment in rows:
            row = [teller, person, activity, True, moment, None, datetime.fromisoformat(moment).date()]
            connection.execute("insert into marts.fct_enrolment values (?, ?, ?, ?, ?, ?, ?)", row)
        connection.execute("insert into marts.fct_enrolment values ('moodle', 9, 'a', false, null, null, null)")
        for attempt in attempts:
            connection.execute("insert into marts.fct_attempt values (?, ?, ?, ?)", attempt)
        for person, behaviour, observer, moment, met in observations:
            row = ["checklist", person, "a", behaviour, "behaviour", observer, moment, moment[:10], met]
            connection.execute("insert into marts.fct_observation values (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    duckdb.connect(os.fspath(home.published / f"learning-{version}.duckdb")).close()
    home.published_database.unlink(missing_ok=True)
    home.published_database.symlink_to(f"learning-{version}.duckdb")
    return version


def settle(home: Home, endpoint: object, **settings: object) -> None:
    """Write settings.yml: write back completions to this LRS, unless told otherwise."""
    chosen = {"endpoint": endpoint, "home_page": "https://learning.example.org", "what": ["completed"]} | settings
    lines = [f"  {name}: {_yaml(value)}" for name, value in chosen.items()]
    (home.root / "settings.yml").write_text("\n".join(["write_back:", *lines]) + "\n", encoding="utf-8")


def _yaml(value: object) -> str:
    return (
        f"[{', '.join(map(str, value))}]"
        if isinstance(value, list)
        else f'"{value}"'
        if isinstance(value, str)
        else str(value).lower()
    )
