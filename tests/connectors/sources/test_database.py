"""A table or a query becomes one file that a declaration maps, and what goes wrong is told without its secrets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, make_url

from connectors.errors import SettingsError, Transient
from connectors.sources.database.errors import told
from connectors.sources.database.rows import _connecting, fetch
from connectors.sources.database.source import Database, Window, address, database
from tests.connectors.mapped import Mapped, declared, map_file
from tests.database_servers import PASSWORD, Server, mariadb, postgresql

TIMES = """\
tool: acme
title: Acme
status: draft
version: "1"
timezone: Europe/Amsterdam
decimal: ","
exports:
  hours:
    title: hours
    delivers: events
    columns:
      who: person
      what: {names: activity, optional: true}
      when: worked
      hours: hours
      formal: {names: formal, optional: true}
      note: {names: note, optional: true}
    vouched: [note]
    kinds:
      learning_time:
        columns:
          person_token: {from: who, identifier: employee_number}
          activity_id: what
          learning_date: {from: when, formats: "%d/%m/%Y %H:%M"}
          started_at: {from: when, formats: "%d/%m/%Y %H:%M"}
          minutes: {from: hours, scale: 60}
          is_formal: formal
"""
HOURS = (
    "CREATE TABLE hr.hours (person text, activity text, worked timestamptz, hours numeric(9, 3), formal boolean, "
    "note jsonb)"
)
ROWS = (
    "INSERT INTO hr.hours VALUES "
    "('0017', 'Zoë; \"x\"', '2025-02-28 23:30:00+00', 1.500, true, '{\"a\": [1]}'), "
    "('0018', NULL, '2025-03-01 00:00:00+00', 1.225, false, NULL), "
    "('0019', '', '2025-03-01 23:59:59.999999+00', 2, NULL, NULL), "
    "('0020', 'b', '2025-03-02 00:00:00+00', 0.25, true, NULL)"
)


@pytest.fixture(scope="module")
def hours() -> Iterator[Server]:
    with postgresql() as server:
        server.run("CREATE SCHEMA hr", HOURS, ROWS, "CREATE TABLE hr.secret (x int)")
        server.run(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'",
            "GRANT USAGE ON SCHEMA hr TO reader", "GRANT SELECT ON hr.hours TO reader",
            "CREATE SEQUENCE hr.counter", "GRANT ALL ON SEQUENCE hr.counter TO reader",
        )  # fmt: skip
        yield Server(server.url.set(username="reader"))


def source(**read: Any) -> Database:
    return Database.model_validate({"exports": {"hours": read}, "timeout_seconds": 5})


def fetched(server: Server, folder: Path, read: dict[str, Any], window: Window | None = None) -> Mapped:
    path = folder / "hours.parquet"
    fetch(server.url, source(**read), "hours", window or Window(), path)
    return map_file(path, declared(folder, TIMES), folder / "scratch")


def rows(mapped: Mapped) -> list[tuple[Any, ...]]:
    names = ("source_line", "activity_id", "started_at", "minutes", "is_formal", "extras")
    return [tuple(row[name] for name in names) for row in mapped.rows("learning_time")]


def test_a_table_lands_with_the_types_that_it_has(hours: Server, tmp_path: Path) -> None:
    mapped = fetched(hours, tmp_path, {"table": "hr.hours"})
    assert rows(mapped) == [
        (1, 'Zoë; "x"', datetime(2025, 2, 28, 23, 30), 90.0, True, '{"note": "{\\"a\\": [1]}"}'),
        (2, None, datetime(2025, 3, 1), 73.5, False, None),
        (3, None, datetime(2025, 3, 1, 23, 59, 59, 999999), 120.0, None, None),
        (4, "b", datetime(2025, 3, 2), 15.0, True, None),
    ]


def test_a_window_holds_the_changes_of_its_day_and_no_others(hours: Server, tmp_path: Path) -> None:
    day = Window(start=datetime(2025, 3, 1), end=datetime(2025, 3, 2))
    query = "SELECT person, worked, hours, worked::date AS changed -- : 100 %\nFROM hr.hours WHERE person <> ':x';"
    assert [row[2].day for row in rows(fetched(hours, tmp_path, {"table": "hr.hours", "changed": "worked"}, day))] == [
        1,
        1,
    ]
    assert len(rows(fetched(hours, tmp_path, {"query": query, "changed": "changed"}, day))) == 2


def test_an_empty_table_lands_as_an_export_without_records(hours: Server, tmp_path: Path) -> None:
    assert rows(fetched(hours, tmp_path, {"query": "SELECT * FROM hr.hours WHERE false"})) == []


@pytest.mark.parametrize(
    ("read", "said"),
    [
        ({"table": "hr.nothing"}, "there is no such table"),
        ({"table": "nowhere.hours"}, "there is no such table"),
        ({"table": "hr.hours", "changed": "modified"}, "there is no such column"),
        ({"table": "hr.hours", "changed": "person"}, "has to name a date or a time"),
        ({"table": "hr.secret"}, "has no right to read"),
        ({"query": "SELEKT 1"}, "not one that it understands"),
        ({"query": "SELECT person, person FROM hr.hours"}, "person more than once"),
        ({"query": "SELECT nextval('hr.counter')"}, "wants to write"),
    ],
)
def test_what_has_to_be_mended_is_named(hours: Server, tmp_path: Path, read: dict[str, Any], said: str) -> None:
    window = Window(start=datetime(2025, 3, 1), end=datetime(2025, 3, 2))
    with pytest.raises(SettingsError) as caught:
        fetched(hours, tmp_path, read, window)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong-pony"}, "refuses the user or the password"),
        ({"username": "nobody_here"}, "refuses the user or the password"),
        ({"database": "elsewhere"}, "no such database"),
        ({"query": {"sslmode": "require"}}, "doesn't encrypt connections"),
    ],
)
def test_a_refusal_of_the_server_repeats_no_secret(
    hours: Server, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        fetch(hours.url.set(**change), source(table="hr.hours"), "hours", Window(), tmp_path / "x")
    assert said in str(caught.value)
    assert PASSWORD not in str(caught.value) and "pony" not in str(caught.value)


def test_what_may_pass_is_tried_again(hours: Server, tmp_path: Path) -> None:
    gone = hours.url.set(port=1)
    with pytest.raises(Transient, match="can't be reached"):
        fetch(gone, source(table="hr.hours"), "hours", Window(), tmp_path / "x")
    slow = Database.model_validate({"exports": {"hours": {"query": "SELECT pg_sleep(3)"}}, "timeout_seconds": 0.05})
    with pytest.raises(Transient, match="timeout_seconds"):
        fetch(hours.url, slow, "hours", Window(), tmp_path / "x")


def test_a_large_table_is_read_some_rows_at_a_time(hours: Server, tmp_path: Path) -> None:
    query = "SELECT n AS person, now() AS worked, n / 8.0 AS hours, repeat('x', 200) AS activity FROM generate_series(1, 12000) n"
    assert fetch(hours.url, source(query=query), "hours", Window(), tmp_path / "x").rows == 12_000


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "postgresql://me:pony@db/hr", "exports": {"hours": {"table": "h"}}}, "should not hold a password"),
        ({"url": "oracle://db/hr", "exports": {"hours": {"table": "h"}}}, "unknown kind of database 'oracle'"),
        ({"exports": {"hour": {"table": "h"}}}, "did you mean 'hours'?"),
        ({"exports": {"hours": {"table": "h", "query": "SELECT 1"}}}, "not from both"),
        ({"exports": {"hours": {"tabel": "h"}}}, "known are table, query, changed"),
        ({"exports": {}}, "at least 1 item"),
    ],
)
def test_a_mistake_in_the_settings_is_told_without_repeating_an_address(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=r"settings.yml: tools.acme.database") as caught:
        database("acme", {"database": given}, {"hours": None})
    assert said in str(caught.value) and "pony" not in str(caught.value)


def test_the_address_gets_its_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    named = Database.model_validate({"url": "mariadb://me@db/hr", "exports": {"hours": {"table": "h"}}})
    with pytest.raises(SettingsError, match="THROUGHLINE_ACME_DATABASE_URL"):
        address("acme", Database.model_validate({"exports": {"hours": {"table": "h"}}}))
    monkeypatch.setenv("THROUGHLINE_ACME_DATABASE_PASSWORD", "pony")
    assert address("acme", named) == URL.create("mariadb+pymysql", "me", "pony", "db", None, "hr")
    monkeypatch.setenv("THROUGHLINE_ACME_DATABASE_URL", "postgresql://other@elsewhere/hr")
    assert address("acme", named).host == "elsewhere"


@pytest.mark.parametrize(
    ("url", "is_encrypted"),
    [
        ("postgresql://me@db.example.org/hr", True),
        ("mariadb://me@db.example.org/hr", True),
        ("postgresql://me@localhost/hr", False),
        ("postgresql://me@db.example.org/hr?sslmode=verify-full", False),  # it says so itself
    ],
)
def test_nothing_goes_unencrypted_to_another_machine(url: str, is_encrypted: bool) -> None:
    assert bool({"sslmode", "ssl"} & _connecting(make_url(url), source(table="h")).keys()) == is_encrypted


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (2026, SettingsError, "doesn't encrypt"),
        (1045, SettingsError, "refuses the user"),
        (1146, SettingsError, "no such table"),
        (1054, SettingsError, "no such column"),
        (1792, SettingsError, "only reading"),
        (2003, Transient, "can't be reached"),
        (1213, Transient, "gave up"),
        (1969, Transient, "timeout_seconds"),
    ],
)
def test_errors_of_mariadb_are_sorted_as_those_of_postgresql(code: int, kind: type[Exception], said: str) -> None:
    from sqlalchemy.exc import OperationalError

    error = told(
        OperationalError("SELECT", {}, Exception(code, "pony")), source(table="h").exports["hours"], "hours", "db"
    )
    assert isinstance(error, kind)
    assert said in str(error) and "pony" not in str(error)


def test_mariadb_is_read_by_the_same_code(tmp_path: Path) -> None:
    with mariadb() as server:
        _reads_mariadb(server, tmp_path)


def _reads_mariadb(mariadb: Server, tmp_path: Path) -> None:
    mariadb.run(
        "CREATE TABLE hours (person varchar(9), activity text, worked timestamp(6), hours decimal(9, 3), formal bit, note json)",
        "SET time_zone = '+00:00'",
        """INSERT INTO hours VALUES ('0017', 'Zoë; "x"', '2025-02-28 23:30:00', 1.5, 1, '{"a": 1}')""",
        "INSERT INTO hours VALUES ('0018', NULL, '2025-03-01 00:00:00.25', 1.225, 0, NULL)",
    )
    mapped = fetched(mariadb, tmp_path, {"query": "SELECT *, 'true' AS formal_text FROM hours"})
    assert rows(mapped)[0][1:5] == ('Zoë; "x"', datetime(2025, 2, 28, 23, 30), 90.0, True)
    day = Window(start=datetime(2025, 3, 1), end=datetime(2025, 3, 2))
    assert [row[3] for row in rows(fetched(mariadb, tmp_path, {"table": "hours", "changed": "worked"}, day))] == [73.5]
    for read, said in (
        ({"table": "nothing"}, "no such table"),
        ({"table": "hours", "changed": "modified"}, "no such column"),
        ({"query": "SELECT * FROM hours FOR UPDATES"}, "not one that it understands"),
    ):
        with pytest.raises(SettingsError, match=said):
            fetched(mariadb, tmp_path, read, day)
    with pytest.raises(SettingsError, match="refuses the user or the password"):
        fetch(mariadb.url.set(password="pony"), source(table="hours"), "hours", Window(), tmp_path / "x")
    slow = Database.model_validate({"exports": {"hours": {"query": "SELECT sleep(3)"}}, "timeout_seconds": 0.1})
    with pytest.raises(Transient, match="timeout_seconds"):
        fetch(mariadb.url, slow, "hours", Window(), tmp_path / "x")
