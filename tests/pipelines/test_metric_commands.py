"""`throughline metric`: definitions and figures as they are published, and nothing that is withheld."""

import json
from datetime import date

import duckdb
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines import metric_history
from pipelines.cli import app
from tests.transfer.definitions import count, judge_one, share
from tests.transfer.test_metric_result import parts


def metric(*words: str) -> Result:
    return CliRunner().invoke(app, ["metric", *words])


def figures(*words: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(metric("query", *words, "--format", "json").output)
    return rows


@pytest.fixture
def published(home: Home) -> Home:
    """Two metrics: a share of two months and of three activities, one of them of few persons; and a count."""
    whole = {"grain": "organisation", "grain_key": "all"}
    months = [parts(**whole), parts(**whole, period=date(2025, 2, 1), numerator=9)]
    activities = [parts(grain_key="a"), parts(grain_key="b", n_persons=3), parts(grain_key="-2")]
    results = judge_one(pd.concat(months + activities), share(), date(2030, 1, 1)).assign(inputs_hash="h")
    with duckdb.connect(str(home.published_database)) as connection:
        metric_history.prepare(connection)
        metric_history.write_definitions(connection, [share(), count()])
        computed = results[["metric_id", "definition_version", "grain", "inputs_hash"]].drop_duplicates()
        metric_history.append(connection, results, computed, date(2030, 1, 1), "build-1")
        connection.execute("create schema marts")
        titles = "values ('a', 'Lifting', true), ('a', 'Heaving', false), ('b', 'Welding', true)"
        columns = "activity_key, title, is_current"
        connection.execute(f"create table marts.dim_learning_activity as from ({titles}) as _ ({columns})")
    return home


def test_every_metric_is_listed_with_its_unit_tier_and_claim(published: Home) -> None:
    listed = json.loads(metric("list", "--format", "json").output)
    assert [(m["metric"], m["unit"], m["tier"], m["claim"]) for m in listed] == [
        ("completion_rate", "share", 1, "attendance"),
        ("learners_unique", "persons", 1, "attendance"),
    ]
    assert "completion_rate" in metric("list").output


def test_a_metric_is_explained_with_its_parts_and_rules(published: Home) -> None:
    told = metric("explain", "completion_rate").output
    for words in (
        "Completed within 90 days, of those who started.",
        "enrolments_completed = sum(",
        "fewer than 5 persons",
        "to the end of its month and for the 90 days after it",
        "strongest claim: attendance (LTEM tier 1)",
    ):
        assert words in told


def test_figures_of_the_whole_come_the_latest_first_with_interval_and_coverage(published: Home) -> None:
    latest, first = figures("completion_rate")
    assert (latest["period"], latest["value"], first["period"]) == ("2025-02-01", 0.45, "2025-01-01")
    assert (first["organisation"], first["persons"], first["coverage"], first["status"]) == ("all", 19, 0.8, "ok")
    assert float(str(first["ci_low"])) < 0.4 < float(str(first["ci_high"]))
    assert [row["period"] for row in figures("completion_rate", "--since", "2025-02")] == ["2025-02-01"]


def test_of_what_people_are_asked_it_is_said_how_many_answered(published: Home) -> None:
    asking = share(metric_id="asking", invited="persons_asked", respondents="respondents")
    rows = judge_one(
        parts(grain="organisation", grain_key="all", n_invited=40, n_respondents=20), asking, date(2030, 1, 1)
    )
    with duckdb.connect(str(published.published_database)) as connection:
        metric_history.write_definitions(connection, [share(), count(), asking])
        hashed = rows.assign(inputs_hash="h")
        computed = hashed[["metric_id", "definition_version", "grain", "inputs_hash"]]
        metric_history.append(connection, hashed, computed, date(2030, 1, 1), "build-2")
    (row,) = figures("asking")
    assert (row["response_rate"], row["bound_low"], row["bound_high"]) == (0.5, 0.2, 0.7)
    assert "blocked where fewer than 30 % or 5 persons answered" in metric("explain", "asking").output
    assert "response_rate" not in figures("completion_rate")[0]


def test_figures_bear_names_and_what_is_withheld_says_why(published: Home) -> None:
    by_activity = {row["activity"]: row for row in figures("completion_rate", "--by", "activity")}
    assert set(by_activity) == {"Lifting", "Welding", "-2"}
    withheld = by_activity["Welding"]
    assert (withheld["status"], withheld["reason"]) == ("suppressed", "fewer than 5 persons")
    assert {withheld[figure] for figure in ("value", "numerator", "denominator", "persons", "ci_low")} == {None}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("explain", "wisdom"), "No metric “wisdom” is published"),
        (("query", "x' or 'a' = 'a"), "is published. See: throughline metric list"),
        (("query", "completion_rate", "--by", "person"), "one of: organisation, activity"),
        (("query", "completion_rate", "--since", "January"), "a month such as 2025-01"),
    ],
)
def test_a_question_that_has_no_answer_says_what_could_be_asked(
    published: Home, words: tuple[str, ...], reason: str
) -> None:
    failed = metric(*words)
    assert isinstance(failed.exception, SettingsError)
    assert reason in str(failed.exception)


def test_a_home_that_published_nothing_says_how_to(home: Home) -> None:
    assert "has published nothing yet" in str(metric("list").exception)
