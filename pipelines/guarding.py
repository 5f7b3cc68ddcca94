"""GUARD, run: judge the audit frames of this build; each expectation is a Dagster asset check.

A critical check blocks what lies downstream of its audit table, and that is publishing. Publishing asks the
guard history again by itself, so a check that was left out of a run withholds as surely as one that failed.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines import guards
from pipelines.progress import stage
from pipelines.resources import HomeResource
from pipelines.settings import writing
from pipelines.warehouse import connected, dbt_run


def guard_checks() -> dg.AssetChecksDefinition:
    @dg.multi_asset_check(name="guards", specs=guards.check_specs(), pool="warehouse")
    def judge(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        opened = home.open()
        suites = guards.load_suites()
        with stage("judge the build"), writing(opened), connected(opened) as connection:
            results = guards.evaluate(connection, context.run.run_id, dbt_run(opened).invocation_id, suites)
            guards.record(connection, results)
        for result in results:
            yield guards.check_result(result)

    return judge
