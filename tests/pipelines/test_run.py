"""One run, from exports to a published, guarded answer; then again, and then with something wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

from connectors import archive, landing
from connectors.home import Home
from pipelines import runs, screen
from pipelines.cli import app
from pipelines.publishing import Withheld, publish, published_version
from pipelines.settings import CHECKOUT, use_home
from tests.pipelines.small_company import move_in


@pytest.fixture
def published(company: Home) -> duckdb.DuckDBPyConnection:
    use_home(company.root)
    return duckdb.connect(str(company.published_database.resolve()), read_only=True)


def test_the_published_database_has_the_three_schemas_that_readers_rely_on(
    published: duckdb.DuckDBPyConnection,
) -> None:
    tables = published.sql("select table_schema, table_name from information_schema.tables").fetchall()
    assert {schema for schema, _ in tables} == {"marts", "metrics", "trust"}
    trust = {name for schema, name in tables if schema == "trust"}
    assert trust == {
        "ledger", "rejects", "guard_results", "freshness", "reconciliation", "restatements", "versions",
        "late_rows", "replays", "row_fates", "events_by_day", "restatement_causes", "statement_conflicts",
        "statement_voids", "suspected_duplicates",
    }  # fmt: skip
    assert {"dim_person", "dim_learning_activity", "dim_org_unit", "dim_date", "fct_learning_event", "fct_enrolment",
            "fct_assessment_result"} <= {name for schema, name in tables if schema == "marts"}  # fmt: skip


def test_no_published_fact_is_empty(published: duckdb.DuckDBPyConnection) -> None:
    for table in (
        "marts.fct_learning_event",
        "marts.fct_enrolment",
        "marts.fct_assessment_result",
        "metrics.fct_metric_result",
    ):
        assert published.sql(f"select count(*) from {table}").fetchone()[0] > 0, table  # type: ignore[index]


ABOUT_PERSONS = {
    "bridge_learning_event_member", "bridge_manager_downline", "bridge_team_member", "dim_person",
    "fct_assessment_pair", "fct_assessment_result", "fct_attempt", "fct_certification_award",
    "fct_certification_monthly", "fct_certification_status", "fct_completion", "fct_cpd_cycle",
    "fct_enrolment", "fct_enrolment_conformity", "fct_enrolment_request", "fct_learning_event",
    "fct_learning_time", "fct_registration", "fct_session_attendance", "fct_statement_reference",
}  # fmt: skip
"""What was learned, by whom (pseudonymous). Nobody's KPI, answer, observation or appraisal: adding one is a decision."""


def test_readers_get_no_row_of_a_person_but_these(published: duckdb.DuckDBPyConnection) -> None:
    columns = "select table_name, column_name from information_schema.columns where table_schema <> 'trust'"
    singles_out = re.compile(r"person|manager_|learner|observer|respon[ds]")
    found = {table for table, column in published.sql(columns).fetchall() if singles_out.search(column)}
    counts = {"fct_metric_result", "metric_result_latest", "dim_metric"}  # n_persons, and what answered
    assert found - counts - {table for table in found if _has_only_counts(published, table)} <= ABOUT_PERSONS
    assert {"fct_enrolment", "dim_person"} <= found


def _has_only_counts(published: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether a table tells of persons by number alone: no column of it is a key of one."""
    keys = published.execute(
        "select count(*) from information_schema.columns where table_name = ? "
        "and regexp_matches(column_name, '^(person|manager|learner|observer|response|respondent)$|"
        "(person|manager|learner|observer|response|respondent)_(key|sk|id)$')",
        [table],
    ).fetchone()
    return keys == (0,)


def test_the_ledger_balances_to_the_row_and_says_what_the_design_says(published: duckdb.DuckDBPyConnection) -> None:
    columns = [row[0] for row in published.sql("describe trust.ledger").fetchall()]
    assert columns[:11] == ["tool", "record_kind", "unit", "source_file", "rows_read", "rows_landed", "rows_rejected",
                            "rows_duplicate", "rows_erased", "declaration_version", "landed_at"]  # fmt: skip
    out = "select * from trust.ledger where rows_read <> rows_landed + rows_rejected + rows_duplicate + rows_erased"
    assert published.sql(out).fetchall() == []


def test_both_kinds_of_guard_are_in_one_table_for_the_published_build(published: duckdb.DuckDBPyConnection) -> None:
    origins = published.sql(
        "select origin, count(*) from trust.guard_results join trust.versions using (build_id) group by origin"
    ).fetchall()
    assert {origin for origin, count in origins if count} == {"gx", "dbt"}


def test_columns_carry_their_meaning(published: duckdb.DuckDBPyConnection) -> None:
    missing = published.sql(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
    )
    assert missing.fetchall() == []


def test_a_rerun_without_news_is_a_no_op(company: Home) -> None:
    use_home(company.root)
    version, ledger = published_version(company), landing.ledger(company)
    outcome = runs.run(company)
    assert outcome.outcome == "unchanged"
    assert published_version(company) == version
    assert landing.ledger(company).equals(ledger)


def test_the_inbox_is_empty_after_a_run(company: Home) -> None:
    assert [path for path in company.inbox.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", sorted(screen.cookbook()))
def test_every_query_of_the_cookbook_answers(published: duckdb.DuckDBPyConnection, name: str) -> None:
    assert screen.cookbook()[name].startswith("-- ")
    assert published.sql(screen.cookbook()[name]).fetchall()


def test_status_says_what_landed_and_what_was_rejected(company: Home) -> None:
    told = CliRunner().invoke(app, ["status", "--home", str(company.root)], env={"COLUMNS": "200"}).output
    assert "Published version" in told or "Nothing new since version" in told
    assert "statements" in told
    assert "What was rejected, and why" in told


def test_sql_reads_the_published_database_as_table_csv_and_json(company: Home) -> None:
    question = "select count(*) as units from trust.ledger"
    answers = [
        CliRunner().invoke(app, ["--home", str(company.root), "sql", question, "--format", format]).output
        for format in ("table", "csv", "json")
    ]
    units = json.loads(answers[2])[0]["units"]
    assert str(units) in answers[0]
    assert answers[1].split() == ["units", str(units)]


def test_the_doctor_finds_nothing_wrong_with_a_healthy_home(company: Home) -> None:
    examined = CliRunner().invoke(app, ["doctor", "--home", str(company.root)])
    assert examined.exit_code == 0, examined.output


def test_the_doctor_sees_an_open_restricted_zone(company: Home) -> None:
    company.restricted.chmod(0o755)
    try:
        examined = CliRunner().invoke(app, ["doctor", "--home", str(company.root)])
    finally:
        company.restricted.chmod(0o700)
    assert "chmod 700" in examined.output
    assert examined.exit_code == 1


def test_a_home_of_another_format_is_refused_with_the_command_to_run(home: Home) -> None:
    home.note(format=0)
    with pytest.raises(Exception, match="throughline upgrade"):
        home.open()
    home.note(format=99)
    with pytest.raises(Exception, match="newer than this version"):
        home.open()


def test_a_folder_of_an_unknown_tool_is_named(home: Home) -> None:
    (home.inbox / "moodel").mkdir()
    (home.inbox / "moodel" / "a.csv").write_text("x")
    with pytest.raises(Exception, match=r"inbox/moodel.*moodle"):
        runs.run(home)


@pytest.fixture
def copied(company: Home, tmp_path: Path) -> Home:
    """A copy of the company's home, to do harm to."""
    import shutil

    shutil.copytree(company.root, tmp_path / "copy", symlinks=True)
    return use_home(tmp_path / "copy")


def test_a_failed_critical_guard_leaves_the_last_version_and_says_why(copied: Home) -> None:
    version = published_version(copied)
    rubbish = "\n".join(['{"actor": "nobody"}'] * 5000)
    (copied.inbox / "xapi" / "rubbish.ndjson").write_text(rubbish)
    outcome = runs.run(copied)
    assert outcome.outcome == "withheld"
    assert any("reject" in reason for reason in outcome.reasons), outcome.reasons
    assert published_version(copied) == version
    told = CliRunner().invoke(app, ["status", "--home", str(copied.root)], env={"COLUMNS": "200"}).output
    assert "Withheld" in told
    assert str(version) in told


def test_a_guard_without_a_result_for_this_build_withholds_it(copied: Home) -> None:
    with duckdb.connect(str(copied.database)) as connection:
        (build_id,) = connection.sql("select build_id from publishing.build").fetchone()  # type: ignore[misc]
        connection.execute("delete from guards.guard_result where build_id = ? and origin = 'gx'", [build_id])
    version = published_version(copied)
    with pytest.raises(Withheld, match="no result for this build"):
        publish(copied, build_id)
    assert published_version(copied) == version


def test_the_warehouse_of_another_run_is_not_published(copied: Home) -> None:
    with pytest.raises(Withheld, match="which another run made"):
        publish(copied, "00000000-another-run")


def test_a_reader_keeps_the_version_that_it_opened(copied: Home) -> None:
    with duckdb.connect(str(copied.database)) as connection:
        (build_id,) = connection.sql("select build_id from publishing.build").fetchone()  # type: ignore[misc]
    opened = copied.published_database.resolve()
    time.sleep(1.1)  # versions are named by the second
    with duckdb.connect(str(opened), read_only=True) as reader:
        before = reader.sql("select count(*) from marts.fct_learning_event").fetchone()
        publish(copied, build_id)
        assert reader.sql("select count(*) from marts.fct_learning_event").fetchone() == before
    assert copied.published_database.resolve() != opened
    assert len(list(copied.published.glob("learning-*.duckdb"))) == 2


def test_late_statements_restate_figures_and_are_named_as_their_cause(copied: Home) -> None:
    former = published_version(copied)
    (copied.inbox / "xapi" / "late.ndjson").write_text("\n".join(_told_of_another_course(copied)), encoding="utf-8")
    outcome = runs.run(copied)
    assert outcome.outcome == "published", outcome.reasons
    with duckdb.connect(str(copied.published_database.resolve()), read_only=True) as connection:
        figures = "select distinct former_version from trust.restatements where former_value is distinct from value"
        assert connection.sql(figures).fetchall() == [(former,)]
        told = "select distinct cause, reach, rows_before, rows_after > 0 from trust.restatement_causes where "
        of_the_file = told + "source_file = 'late.ndjson' and record_kind = 'statements' order by reach"
        assert connection.sql(of_the_file).fetchall() == [
            ("landed", "landing", None, None),  # the share of statements that are rejected
            ("landed", "rows", 0, True),
        ]
        assert connection.sql(told + "cause = 'unexplained'").fetchall() == []


def _told_of_another_course(home: Home) -> Iterator[str]:
    """What learners completed, told again of a course that nobody has heard of."""
    plain = [each.path for each in archive.originals(home, "xapi") if each.source_file.endswith(".ndjson")]
    lines = [line for path in plain for line in path.read_text(encoding="utf-8").splitlines()]
    completed = [line for line in lines if "/verbs/completed" in line and line.endswith("}")]
    assert len(completed) >= 10
    for statement in map(json.loads, completed[:10]):
        course = {"id": "https://late.example.org/course", "objectType": "Activity"}
        course["definition"] = {"type": "http://adlnet.gov/expapi/activities/course"}
        yield json.dumps({**statement, "id": str(uuid.uuid4()), "object": course})


SOME_TOOLS = ("totara", "xapi", "training_requests")


def test_a_run_that_is_killed_heals_by_running_again(company: Home, tmp_path: Path) -> None:
    home = use_home(tmp_path / "killed").open()
    move_in(home, *SOME_TOOLS)
    command = [sys.executable, "-m", "pipelines.cli", "run", "--home", str(home.root)]
    process = subprocess.Popen(command, cwd=CHECKOUT, start_new_session=True, stdout=subprocess.DEVNULL)
    while process.poll() is None and landing.ledger(home).num_rows < 10:
        time.sleep(0.01)
    assert process.poll() is None, "it ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not home.published_database.exists()
    outcome = runs.run(home)
    assert outcome.outcome == "published", outcome.reasons
    counted = ["tool", "unit", "record_kind", "rows_read", "rows_landed", "rows_rejected", "rows_duplicate"]
    order = [("unit", "ascending"), ("record_kind", "ascending")]
    healed, whole = (landing.ledger(each).select(counted).sort_by(order) for each in (home, company))
    assert healed.equals(whole.filter(pc.is_in(whole["tool"], pa.array(SOME_TOOLS))))
