"""The guards as Dagster sees them: one asset check per expectation, on the audit model's asset.

dbt's tests need nothing here: dagster-dbt surfaces them itself.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from .history import GuardResult
from .suites import Suite, load_suites


def check_specs(suites: Iterable[Suite] | None = None) -> list[dg.AssetCheckSpec]:
    """One spec per expectation; a critical one blocks what lies downstream of the audit asset."""
    return [
        dg.AssetCheckSpec(
            name=expectation.name,
            asset=_asset_key(suite.table),
            description=f"Expected: {expectation.expected}. When it fails: {expectation.meaning}",
            blocking=expectation.severity == "critical",
            metadata={"expected": expectation.expected, "next step": expectation.next_step},
        )
        for suite in (load_suites() if suites is None else suites)
        for expectation in suite.expectations
    ]


def check_result(result: GuardResult) -> dg.AssetCheckResult:
    """The Dagster result of one GX guard."""
    return dg.AssetCheckResult(
        asset_key=_asset_key(result.table_name),
        check_name=result.guard.rsplit(".", 1)[-1],
        passed=result.holds,
        severity=dg.AssetCheckSeverity.ERROR if result.severity == "critical" else dg.AssetCheckSeverity.WARN,
        description=result.message if result.holds else f"{result.message} Next: {result.next_step}",
        metadata={"observed": result.observed, "expected": result.expected, "build": result.build_id},
    )


def _asset_key(table: str) -> dg.AssetKey:
    """As dagster-dbt derives it from the model's schema and name."""
    return dg.AssetKey(["audit", table])
