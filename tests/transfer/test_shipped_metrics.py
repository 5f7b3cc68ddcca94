"""The shipped metrics, from landed records to result rows, where each figure can be counted by hand."""

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.dbt_project import dbt_command, manifest_path
from pipelines.metric_results import write_metric_results
from tests.dbt_project.landing_files import LandingZone

DBT_PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
LEARNERS = [f"learner-{n}" for n in range(12)]
AS_OF = date(2025, 12, 1)
POLICY = {
    "policy_id": "one",
    "activity_id": "1",
    "designated_tool": "lms",
    "approval": "manager",
    "needs_confirmation": True,
    "valid_from": "2024-01-01",
}
"""Course-1, by its catalogue code, is taken in the lms, with leave and a confirmation."""


def land(zone: LandingZone) -> None:
    """Twelve learners whom HR knows, one login that two persons share; last exported on 30 June."""
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
    zone.land("lms", "enrolments", enrolments=[*_milestones(), *_assignments()])
    zone.land("forms", "requests", enrolments=list(_requests()))
    for tool, activity in (("lms", "course-1"), ("forms", "C1")):
        zone.land(tool, "catalogue", activities=[{"activity_id": activity, "title": "course-1", "catalogue_code": "1"}])
    zone.land("diary", "times", extracted_at="2025-11-01 00:00", learning_time=list(_learning_times()))
    zone.land("room", "lists", attendances=list(_attendances()))
    zone.land("lms", "tests", assessments=list(_tests()))
    zone.land("register", "licences", extracted_at="2025-11-01 00:00", certifications=list(_licences()))
    zone.land("forms", "evaluation", extracted_at="2025-11-01 00:00", survey_responses=list(_answers()))
    zone.land("strategy", "workbook", strategy_enrolment_policies=[POLICY])


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


def _requests() -> Iterator[dict[str, Any]]:
    """Ten ask for course-1 in December 2024 and nine get leave, one of them too late; the lms tells who started."""
    asked = {"activity_id": "C1", "milestone": "requested", "occurred_at": "2024-12-02 09:00"}
    for token in LEARNERS[2:]:
        yield asked | {"person_token": token}
    for n, token in enumerate(LEARNERS[2:11]):
        yield asked | {"person_token": token, "milestone": "approved", "occurred_at": f"2025-0{1 if n else 6}-02 09:00"}


def _assignments() -> Iterator[dict[str, Any]]:
    """Six are due on 31 March: two completed up to that day, one the day after, one never, and two were spared.

    The day is theirs, and began in the evening before by the clock of UTC.
    """
    for token in LEARNERS[:6]:
        due = {"due_at": "2025-03-30 22:00", "due_date": "2025-03-31"}
        assigned = {"activity_id": "duty", "milestone": "assigned", "occurred_at": "2025-03-01 09:00"}
        yield {"person_token": token} | assigned | due
    for token, milestone, day in (
        (LEARNERS[0], "completed", "2025-03-10"),
        (LEARNERS[1], "completed", "2025-03-31"),
        (LEARNERS[2], "completed", "2025-04-01"),
        (LEARNERS[5], "exempted", "2025-03-20"),
    ):
        yield {"person_token": token, "activity_id": "duty", "milestone": milestone, "occurred_at": f"{day} 18:00"}


def _learning_times() -> Iterator[dict[str, Any]]:
    """In January, ten hours by seven persons of formal learning, and five by five of informal; more of nobody known.

    What six learned in December, HR knows nothing of: it tells of them from January on.
    """
    for token in LEARNERS[:6]:
        early = {"started_at": "2024-12-20 09:00", "learning_date": "2024-12-20", "minutes": 60, "is_formal": True}
        yield {"person_token": token, "mode": "formal", "initiator": "hr"} | early
    for n, token in enumerate([*LEARNERS[:7], "shared"]):
        entry = {"person_token": token, "started_at": f"2025-01-{10 + n} 09:00", "learning_date": f"2025-01-{10 + n}"}
        minutes = 240 if n == 0 else 60
        yield entry | {"minutes": minutes, "is_formal": True, "mode": None, "initiator": "hr"}
        if n < 5:
            at = f"2025-01-{10 + n} 15:00"
            own = {"minutes": 60, "is_formal": False, "mode": "social", "initiator": "employee"}
            yield entry | own | {"started_at": at}


def _attendances() -> Iterator[dict[str, Any]]:
    for n, attendance in enumerate(["attended"] * 5 + ["partly_attended", "no_show", "no_show", "excused"]):
        person = {"person_token": LEARNERS[n], "attendance": attendance}
        yield person | {"session_id": "s1", "activity_id": "course-9", "started_at": "2025-02-03 09:00"}


def _tests() -> Iterator[dict[str, Any]]:
    """Six learn half of what they lacked and lose a fifth of it; one has no test before, one had nothing to gain."""
    for n, token in enumerate(LEARNERS[:8]):
        for occasion, day, score in (("pre", "01-02", 0.2), ("post", "01-20", 0.6), ("delayed", "02-19", 0.48)):
            if (n, occasion) != (6, "pre") and (n < 6 or occasion != "delayed"):
                told = {"score_scaled": 1.0 if n == 7 else score, "occasion": occasion, "instrument_id": occasion}
                at = {"occurred_at": f"2025-{day} 09:00", "occurred_date": f"2025-{day}", "is_occurred_at_exact": True}
                yield {"person_token": token, "activity_id": "course-1"} | told | at


def _licences() -> Iterator[dict[str, Any]]:
    """Seven of sales must have one from February; six got it, the first until 11 March."""
    for n, token in enumerate(LEARNERS[:6]):
        own = {"person_token": token, "certification_id": "lift"}
        yield own | {"event": "required", "event_date": "2025-02-01"}
        if n < 5:
            ends = "2025-03-11" if n == 0 else None
            yield own | {"event": "awarded", "event_date": "2025-01-20", "valid_to": ends}


def _answers() -> Iterator[dict[str, Any]]:
    """Six sign what they think of course-9: three find it of all the use there is, three of half."""
    for n, token in enumerate(LEARNERS[:6]):
        item = {"survey_id": "end", "item_id": "use", "construct": "relevance", "occasion": "end"}
        answer = {"answer_number": 5 if n < 3 else 3, "scale_min": 1, "scale_max": 5, "answered_at": "2025-05-02 09:00"}
        yield {"response_id": token, "person_token": token, "activity_id": "course-9"} | item | answer


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse after one dbt build of what the metrics read, and one run of the metrics."""
    home = tmp_path_factory.mktemp("home")
    land(LandingZone(home))
    folders = {"project-dir": DBT_PROJECT, "profiles-dir": DBT_PROJECT, "target-path": home / "dbt", "log-path": home}
    build = [*dbt_command(), "--quiet", "build", "--resource-types", "model seed"]
    options = [option for name, folder in folders.items() for option in (f"--{name}", folder)]
    environment = os.environ | {"THROUGHLINE_HOME": str(home), "THROUGHLINE_AS_OF": AS_OF.isoformat()}
    command = [*build, *options, "--select", "+semantic_model:*"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(str(home / "warehouse" / "warehouse.duckdb")) as connection:
        semantic_manifest = manifest_path().with_name("semantic_manifest.json")
        write_metric_results(connection, semantic_manifest, AS_OF, "build-1")
        yield connection


def figures(results: duckdb.DuckDBPyConnection, metric: str, grain: str, columns: str) -> dict[Any, tuple[Any, ...]]:
    """The figures of a metric by what they are about (by title or name) and, where it has periods, by their month."""
    rows = results.execute(
        f"""
        select distinct coalesce(title, org_unit_id, grain_key), strftime(period, '%b'), {columns}
        from metrics.fct_metric_result
        left join marts.dim_learning_activity as activity
            on grain_key = activity.activity_key and grain = 'activity' and activity.is_current
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
        # Ten, but beside the sum of fourteen they would tell what the four of course-3 did.
        ("course-1", "Jan"): ["suppressed", None, None, None, None],
        ("course-2", "Apr"): ["provisional", 1, 5, 5, 0],
        ("course-3", "Jan"): ["suppressed", None, None, None, None],
        # Nobody knows when they started what was due, and three are too few to tell even that.
        ("duty", "Mar"): ["suppressed", None, None, None, None],
        ("duty", "Apr"): ["suppressed", None, None, None, None],
    }
    assert figures(results, "completion_rate", "organisation", columns) == {
        ("all", "Jan"): ["ok", 5, 14, 10, 2],
        ("all", "Mar"): ["suppressed", None, None, None, None],
        ("all", "Apr"): ["provisional", 1, 5, 5, 1],
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
    assert figures(results, "identity_match_rate", "tool", columns)["lms"] == [12, 13, "ok"]
    assert figures(results, "identity_ambiguity_rate", "tool", columns)["lms"] == [1, 13, "ok"]
    assert figures(results, "identity_match_rate_by_events", "tool", columns)["lms"] == [24, 26, "ok"]


def test_hours_are_divided_by_the_full_time_equivalents_of_the_month(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, numerator, denominator, n_persons, n_missing"
    assert figures(results, "learning_hours_per_fte_formal", "organisation", columns) == {
        ("all", "Dec"): ["not_computable", 0, 0, 0, 6],
        ("all", "Jan"): ["ok", 10, 12, 7, 1],
    }
    assert figures(results, "learning_hours_per_fte_informal", "org_unit", columns) == {
        ("sales", "Jan"): ["ok", 5, 7, 5, 0],
        ("-1", "Dec"): ["not_computable", 0, 0, 0, 6],
        ("-1", "Jan"): ["suppressed", None, None, None, None],
    }


def test_hours_are_shared_out_by_kind_mode_and_initiative(results: duckdb.DuckDBPyConnection) -> None:
    columns = "numerator, denominator, coverage, ci_low"
    a_third, before_hr = {("all", "Jan"): [5, 15, 12 / 13, None]}, [0, 0, 0.0, None]
    assert figures(results, "informal_share", "organisation", columns) == a_third | {("all", "Dec"): before_hr}
    before = {("all", "Oct"): before_hr}
    a_third |= before
    assert figures(results, "mode_share_social", "organisation", columns) == a_third
    assert figures(results, "self_directed_share", "organisation", columns) == a_third
    assert figures(results, "mode_share_formal", "organisation", columns) == before | {
        ("all", "Jan"): [10, 15, 12 / 13, None]
    }
    assert figures(results, "mode_share_on_the_job", "organisation", "status")["all", "Jan"] == ["suppressed"]


def test_reach_is_of_the_average_headcount_of_the_year(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, numerator, round(denominator, 4)"
    assert figures(results, "reach_rate", "organisation", columns) == {("all", "Jan"): ["provisional", 12, 12]}
    # Learner 6 was in sales on 31 of the 335 days up to 1 December.
    assert figures(results, "reach_rate", "org_unit", columns) == {
        ("sales", "Jan"): ["provisional", 7, 6.0925],
        ("service", "Jan"): ["provisional", 6, 5.9075],
        ("-1", "Jan"): ["suppressed", None, None],
    }


def test_a_request_is_followed_into_the_tool_that_teaches(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, numerator, denominator, n_missing"
    assert figures(results, "funnel_approved_share", "organisation", columns) == {("all", "Dec"): ["ok", 8, 10, 0]}
    assert figures(results, "funnel_started_share", "activity", columns) == {("course-1", "Dec"): ["ok", 9, 10, 0]}


def test_what_was_due_was_in_time_late_or_not_due(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, numerator, denominator, n_persons"
    assert figures(results, "on_time_completion_rate", "activity", columns) == {("duty", "Mar"): ["ok", 2, 5, 5]}


def test_what_a_second_tool_only_takes_requests_for_is_not_offered_twice(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, numerator, denominator, n_persons"
    assert figures(results, "duplicate_solution_rate", "organisation", columns) == {"all": ["ok", 0, 1, None]}


def test_who_was_excused_was_not_expected(results: duckdb.DuckDBPyConnection) -> None:
    assert figures(results, "no_show_rate", "activity", "status, numerator, denominator") == {
        ("course-9", "Feb"): ["ok", 2, 8]
    }


def test_gain_and_retention_compare_pairs_alone(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, round(value, 9), n_persons, n_missing"
    # All gain and lose alike, so the interval over persons has no width.
    width = figures(results, "learning_gain", "activity", "round(ci_high - ci_low, 9)")
    assert width == {("course-1", "Jan"): [0]}
    assert figures(results, "learning_gain", "activity", columns) == {("course-1", "Jan"): ["ok", 0.5, 6, 2]}
    assert figures(results, "retention_ratio", "activity", columns) == {("course-1", "Feb"): ["ok", 0.8, 6, 0]}
    assert figures(results, "retention_delay", "activity", columns) == {("course-1", "Feb"): ["ok", 30, 6, 0]}


def test_licences_are_counted_at_the_end_of_each_month_and_their_absence_by_the_day(
    results: duckdb.DuckDBPyConnection,
) -> None:
    columns = "status, numerator, denominator"
    held = figures(results, "certification_validity", "organisation", columns)
    assert [held["all", month] for month in ("Feb", "Mar", "Nov")] == [
        ["ok", 5, 6],
        ["ok", 4, 6],
        ["provisional", 4, 6],
    ]
    lapsed = figures(results, "lapse_exposure", "certification", columns)
    assert (lapsed["lift", "Feb"], lapsed["lift", "Mar"]) == (["ok", 28, 6 * 28], ["ok", 31 + 21, 6 * 31])
    assert figures(results, "certification_expiry_share", "organisation", columns)["all", "Feb"] == ["ok", 1, 6]


def test_a_wait_for_leave_counts_those_who_still_wait(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, value, numerator, denominator, ci_low, ci_high"
    # Eight after 31 days, one too late, one never: without those two it would be 31 days for nine in ten as well.
    waited = figures(results, "approval_lead_time_median", "organisation", columns)
    assert waited == {("all", "Dec"): ["ok", 31, 8, 10, 31, 31]}
    p90 = figures(results, "approval_lead_time_p90", "organisation", "status, value, numerator, denominator")
    assert p90 == {("all", "Dec"): ["not_computable", None, 8, 10]}


def test_an_enrolment_is_held_to_each_part_of_its_rule(results: duckdb.DuckDBPyConnection) -> None:
    def kept(part: str) -> list[Any]:
        figure = figures(results, f"process_conformity_{part}", "activity", "status, numerator, denominator, n_missing")
        return list(figure["course-1", "Jan"])

    assert kept("tool") == ["ok", 11, 11, 1]
    assert kept("approval") == ["ok", 8, 11, 1]
    assert kept("confirmation") == ["ok", 0, 11, 1]


def test_weeks_count_in_which_somebody_wrote_down_what_they_learned(results: duckdb.DuckDBPyConnection) -> None:
    written = figures(results, "time_registration_coverage", "organisation", "status, numerator, denominator")
    assert (written["all", "Jan"], written["all", "Feb"]) == (["ok", 7, 48], ["ok", 0, 48])


def test_records_of_nobody_are_orphans(results: duckdb.DuckDBPyConnection) -> None:
    orphans = figures(results, "orphan_rate_without_person", "fact_kind", "status, numerator, denominator")
    assert orphans["learning_events", "Feb"] == ["ok", 1, 13]


def test_answers_on_use_are_points_with_bounds_for_the_silent(results: duckdb.DuckDBPyConnection) -> None:
    columns = "status, value, round(ci_low, 2), ci_high, response_rate, bound_low, bound_high, n_persons"
    said = figures(results, "reaction_relevance", "organisation", columns)
    assert said == {("all", "May"): ["ok", 75, 46.26, 100, 1, 75, 75, 6]}


def test_every_shipped_metric_says_in_words_what_it_is(results: duckdb.DuckDBPyConnection) -> None:
    rows = results.execute("select name, definition, formula from metrics.dim_metric").fetchall()
    assert len(rows) >= 3
    assert all(len(definition) > 100 and "=" in formula and name for name, definition, formula in rows)


def test_the_follow_up_window_is_as_long_in_the_sum_as_in_the_promise(results: duckdb.DuckDBPyConnection) -> None:
    """The window stands in an SQL expression and in `follow_up_days`; nothing else holds the two together."""
    declared = "select formula, follow_up_days from metrics.dim_metric where follow_up_days > 0"
    windows = [
        (set(re.findall(r"_date \+ (\d+) ", formula)), {str(days)})
        for formula, days in results.execute(declared).fetchall()
    ]
    # Follow-up of what is used at work is watched by the model, and its metrics say so in words.
    assert all(summed <= promised for summed, promised in windows)
    assert sum(summed == promised for summed, promised in windows) >= 5
