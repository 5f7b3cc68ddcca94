"""Judge the audit frames with Great Expectations.

    audit.audit_<table> --DuckDB--> pandas frame --GX suite--> GuardResult per expectation

SQL measures, GX judges: the frames are a few hundred rows of counts and shares, so GX's own engines and
their drivers aren't needed. Its context lives in memory; it writes, shows and sends nothing.

Two silences of GX are made to speak here. It passes a column without a single value: the result then says
"nothing to judge". And it can't know that a frame is a leftover of an earlier build: each frame carries the
dbt invocation that computed it, and another one's frame is an error.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from .history import GuardResult, Status
from .suites import Expectation, RowCondition, Suite, load_suites

if TYPE_CHECKING:
    import pandas
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.datasource.fluent.interfaces import Batch

_NAMED_ROWS = 3
"""Rows that a message names; the audit frame in the warehouse has them all."""


def evaluate(
    connection: duckdb.DuckDBPyConnection, build_id: str, invocation_id: str, suites: Iterable[Suite] | None = None
) -> list[GuardResult]:
    """Judge every suite over the warehouse of ``connection``; one result per expectation, always.

    ``invocation_id`` is that of the dbt run which built the audit frames (`DbtRun.invocation_id`).
    """
    results: list[GuardResult] = []
    for suite in load_suites() if suites is None else suites:
        frame = _frame(connection, suite.table)
        if trouble := _trouble(suite.table, frame, invocation_id):
            results += [_unjudged(build_id, expectation, trouble) for expectation in suite.expectations]
        else:
            results += judge(build_id, suite, frame)
    return results


def judge(build_id: str, suite: Suite, frame: pandas.DataFrame) -> list[GuardResult]:
    """Judge one frame. The first call of a process takes seconds: it imports GX."""
    batch = _batch(frame)
    return [_judged(build_id, suite, expectation, batch, frame) for expectation in suite.expectations]


def _frame(connection: duckdb.DuckDBPyConnection, table: str) -> pandas.DataFrame | None:
    try:
        return connection.execute(f'select * from audit."{table}"').df()
    except duckdb.CatalogException:
        return None


def _trouble(table: str, frame: pandas.DataFrame | None, invocation_id: str) -> str | None:
    """Why a frame can't be judged at all, or None."""
    if frame is None:
        return f"audit.{table} is not in the warehouse."
    if frame.empty:
        return f"audit.{table} holds no row, not even the one that an empty warehouse has."
    if "dbt_invocation_id" not in frame:
        return f"audit.{table} does not say which dbt run computed it (column dbt_invocation_id)."
    if set(frame["dbt_invocation_id"]) != {invocation_id}:
        return f"audit.{table} was computed by an earlier dbt run, not by this build."
    return None


def _batch(frame: pandas.DataFrame) -> Batch:
    import great_expectations
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    in_memory = DataContextConfig(
        # Without this GX makes a temporary folder for each context, for pages that nobody reads.
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = great_expectations.get_context(mode="ephemeral", project_config=in_memory)
    asset = context.data_sources.add_pandas("audit").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})


def _judged(
    build_id: str, suite: Suite, expectation: Expectation, batch: Batch, frame: pandas.DataFrame
) -> GuardResult:
    # Only columns of the audit frame can come back, and they hold counts and names of tools, never persons.
    outcome = batch.validate(
        _gx_expectation(expectation),
        result_format={"result_format": "COMPLETE", "unexpected_index_column_names": list(suite.grain)},
    )
    if exception := _exception(outcome.exception_info):
        return _unjudged(build_id, expectation, f"{suite.table} could not be judged: {exception}")
    status: Status = "pass" if outcome.success else "fail"
    observed = _observed(suite, expectation, outcome, frame)
    message = observed if outcome.success else f"{expectation.meaning} Found: {observed}."
    return _result(build_id, expectation, status, observed, message)


def _gx_expectation(expectation: Expectation) -> Any:
    from great_expectations import expectations as gx

    name = "".join(part.capitalize() for part in expectation.expectation.split("_"))
    arguments = dict(expectation.arguments)
    if condition := expectation.row_condition:
        arguments["row_condition"] = _gx_condition(condition)
    return getattr(gx, name)(**arguments, severity=expectation.severity)


def _gx_condition(condition: RowCondition) -> Any:
    from great_expectations.expectations.row_conditions import Column

    compare = {
        ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt, "<": operator.lt,
    }[condition.operator]  # fmt: skip
    return compare(Column(condition.column), condition.value)


def _exception(info: dict[str, Any]) -> str | None:
    """GX reports one exception flat, and exceptions of metrics by metric; None when there is none."""
    for entry in [info] if "raised_exception" in info else info.values():
        if entry["raised_exception"]:
            return str(entry["exception_message"]).splitlines()[0]
    return None


def _observed(
    suite: Suite, expectation: Expectation, outcome: ExpectationValidationResult, frame: pandas.DataFrame
) -> str:
    """Short text: the measured value, the rows that break the expectation, or that there was nothing to judge."""
    found = outcome.result
    where = f" where {expectation.row_condition}" if expectation.row_condition else ""
    if "observed_value" in found:
        return "no value" if found["observed_value"] is None else _number(found["observed_value"])
    judged = found["element_count"] - found.get("missing_count", 0)
    if judged == 0:
        return f"nothing to judge: 0 of {len(frame)} rows have a value{where}"
    if not found["unexpected_count"]:
        return f"{_measured(expectation, frame)} in {judged} rows"
    named = "; ".join(_row(suite, expectation, row) for row in found["unexpected_index_list"][:_NAMED_ROWS])
    return f"{found['unexpected_count']} of {judged} rows: {named}"


def _measured(expectation: Expectation, frame: pandas.DataFrame) -> str:
    """The range of the judged values, or that all is well where no single number was judged."""
    if expectation.expectation != "expect_column_values_to_be_between":
        return "as expected"
    rows = frame.query(str(expectation.row_condition)) if expectation.row_condition else frame
    values = rows[expectation.columns[0]].dropna()
    lowest, highest = _number(values.min()), _number(values.max())
    return lowest if lowest == highest else f"{lowest} to {highest}"


def _row(suite: Suite, expectation: Expectation, row: dict[str, Any]) -> str:
    """``reject_share 0.83 at moodle · enrolments``."""
    measures = [f"{column} {_number(row[column])}" for column in expectation.columns if column not in suite.grain]
    place = " · ".join(str(row[column]).removesuffix(" 00:00:00") for column in suite.grain)
    return f"{', '.join(measures)} at {place}".strip()


def _number(value: Any) -> str:
    try:
        return f"{float(value):.4g}" if abs(float(value)) < 1 else f"{float(value):.10g}"
    except (TypeError, ValueError):
        return str(value)


def _unjudged(build_id: str, expectation: Expectation, trouble: str) -> GuardResult:
    return _result(build_id, expectation, "error", "not judged", trouble)


def _result(build_id: str, expectation: Expectation, status: Status, observed: str, message: str) -> GuardResult:
    return GuardResult(
        build_id=build_id,
        guard=expectation.guard,
        origin="gx",
        table_name=expectation.table,
        column_name=", ".join(expectation.columns) or None,
        severity=expectation.severity,
        status=status,
        observed=observed,
        expected=expectation.expected,
        message=message,
        next_step=expectation.next_step if status != "error" else _REBUILD.format(table=expectation.table),
        checked_at=datetime.now(UTC).replace(tzinfo=None),
    )


_REBUILD = "Run the whole build again; if it persists, run `dbt build --select +{table}` and read its log."
