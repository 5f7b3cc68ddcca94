"""The three shipped metrics, from landed records to result rows, where each figure can be counted by hand."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.metric_results import write_metric_results
from tests.dbt_project.landing_files import LandingZone

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
LEARNERS = [f"learner-{n}" for n in range(12)]
AS_OF = date(2025, 12, 1)


def land(zone: LandingZone) -> None:
    """Twelve learners whom HR knows, one login that two persons share; five months, last exported on 30 June."""
    persons = {prefix + token: n for prefix in ("", "hr-") for n, token in enumerate(LEARNERS)}
    zone.link(persons | {"shared": None})
    zone.land("hr", "january", extracted_at="2025-01-01 00:00", people=[_person(n, "2025-01-01") for n in range(12)])
    # Learner 6 moves from sales to service on 1 February.
    zone.land("hr", "february", extracted_at="2025-02-01 00:00", people=[_person(6, "2025-02-01", unit="service")])
    views = [
        {"person_token": token, "occurred_at": f"2025-0{month}-15 10:00", "verb": "viewed", "activity_id": "course-1"}
        for month in (1, 2)
        for token in [*LEARNERS, "shared"]
    ]
    zone.land("lms", "views", learning_events=views)
    zone.land("lms", "enrolments", enrolments=list(_milestones()))


def _person(n: int, day: str, unit: str | None = None) -> dict[str, Any]:
    return {
        "person_token": f"hr-{LEARNERS[n]}",
        "org_unit_id": unit or ("sales" if n < 7 else "service"),
        "effective_date": day,
        "employment_status": "active",
    }


def _milestones() -> Iterator[dict[str, Any]]:
    def reached(token: str, milestone: str, day: str) -> dict[str, Any]:
        at = f"{day} 09:00"
        return {"person_token": token, "activity_id": "course-1", "milestone": milestone, "occurred_at": at}

    for token in [*LEARNERS[:10], "shared"]:
        yield reached(token, "started", "2025-01-10")
    for token in [*LEARNERS[:4], "shared"]:
        yield reached(token, "completed", "2025-02-01")
    yield reached(LEARNERS[4], "completed", "2025-04-10")  # the ninetieth day
    yield reached(LEARNERS[5], "completed", "2025-04-11")  # the day after it
    yield reached(LEARNERS[10], "completed", "2025-01-12")  # before the first view: of whom no start is known
    for token in LEARNERS[:5]:
        yield reached(token, "started", "2025-04-15") | {"activity_id": "course-2"}
    yield reached(LEARNERS[0], "completed", "2025-04-16") | {"activity_id": "course-2"}
    for token in LEARNERS[:4]:
        yield reached(token, "started", "2025-01-15") | {"activity_id": "course-3"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse after one dbt build of what the metrics read, and one run of the metrics."""
    home = tmp_path_factory.mktemp("home")
    land(LandingZone(home))
    models = "+fct_enrolment +fct_learning_event +int_source_identity_resolved +dim_learning_activity +dim_org_unit"
    folders = {"project-dir": DBT_PROJECT, "profiles-dir": DBT_PROJECT, "target-path": home / "dbt", "log-path": home}
    build = [Path(sys.executable).with_name("dbt"), "--quiet", "build", "--resource-types", "model seed"]
    options = [option for name, folder in folders.items() for option in (f"--{name}", folder)]
    environment = os.environ | {"THROUGHLINE_HOME": str(home), "THROUGHLINE_AS_OF": AS_OF.isoformat()}
    command = [*build, *options, "--select", *models.split()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb")) as connection:
        write_metric_results(connection, home / "dbt" / "semantic_manifest.json", AS_OF, "build-1")
        yield connection


def figures(results: duckdb.DuckDBPyConnection, metric: str, grain: str, columns: str) -> dict[Any, tuple[Any, ...]]:
    """The figures of a metric by what they are about (by title or name) and, where it has periods, by month."""
    rows = results.execute(
        f"""
        select distinct coalesce(title, org_unit_id, grain_key), strftime(period, '%b'), {columns}
        from metrics.fct_metric_result
        left join marts.dim_learning_activity on grain_key = activity_key and grain = 'activity'
        left join marts.dim_org_unit on grain_key = org_unit_key and grain = 'org_unit'
        where metric_id = ? and grain = ?
        """,
        [metric, grain],
    ).fetchall()
    return {(name, month) if month else name: figure for name, month, *figure in map(tuple, rows)}


def test_completion_rate_counts_by_start_within_ninety_days_and_hides_the_few(
    results: duckdb.DuckDBPyConnection,
) -> None:
    columns = "status, numerator, denominator, n_persons, n_missing"
    assert figures(results, "completion_rate", "activity", columns) == {
        ("course-1", "Jan"): ["ok", 5, 10, 10, 2],
        ("course-2", "Apr"): ["provisional", 1, 5, 5, 0],
        ("course-3", "Jan"): ["suppressed", None, None, None, None],
    }
    assert figures(results, "completion_rate", "organisation", columns) == {
        ("all", "Jan"): ["ok", 5, 14, 10, 2],
        ("all", "Apr"): ["provisional", 1, 5, 5, 0],
    }


def test_learners_are_counted_once_under_the_unit_of_the_day(results: duckdb.DuckDBPyConnection) -> None:
    assert figures(results, "learners_unique", "org_unit", "status, value") == {
        ("sales", "Jan"): ["ok", 7],
        ("service", "Jan"): ["ok", 5],
        ("sales", "Feb"): ["ok", 6],
        ("service", "Feb"): ["ok", 6],
        ("-1", "Jan"): ["suppressed", None],
        ("-1", "Feb"): ["suppressed", None],
    }
    assert figures(results, "learners_unique", "organisation", "value, n_missing") == {
        ("all", "Jan"): [12, 1],
        ("all", "Feb"): [12, 1],
    }


def test_identities_are_matched_ambiguous_and_weighted_by_tool(results: duckdb.DuckDBPyConnection) -> None:
    columns = "numerator, denominator, status"
    assert figures(results, "identity_match_rate", "tool", columns) == {"lms": [12, 13, "ok"]}
    assert figures(results, "identity_ambiguity_rate", "tool", columns)["lms"] == [1, 13, "ok"]
    assert figures(results, "identity_match_rate_by_events", "tool", columns)["lms"] == [24, 26, "ok"]


def test_every_shipped_metric_says_in_words_what_it_is(results: duckdb.DuckDBPyConnection) -> None:
    rows = results.execute("select name, definition, formula from metrics.dim_metric").fetchall()
    assert len(rows) >= 3
    assert all(len(definition) > 100 and "=" in formula and name for name, definition, formula in rows)


def test_the_follow_up_window_is_as_long_in_the_sum_as_in_the_promise(results: duckdb.DuckDBPyConnection) -> None:
    """The window stands in an SQL expression and in `follow_up_days`; nothing else holds the two together."""
    declared = "select formula, follow_up_days from metrics.dim_metric where follow_up_days > 0"
    for formula, days in results.execute(declared).fetchall():
        assert f"started_date + {days}" in formula
