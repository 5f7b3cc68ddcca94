"""Guard: nothing is published that was not judged, in this very build.

    suites.py     expectations/*.yml, checked strictly
    judge.py      audit frames × suites, judged by Great Expectations
    dbt_tests.py  what dbt's tests said, from its artifacts
    history.py    both in one table, and the verdict
    checks.py     the suites as Dagster asset checks

One build:

    run = DbtRun.read(target)
    record(connection, [*dbt_results(build_id, run), *evaluate(connection, build_id, run.invocation_id)])
    verdict(connection, build_id, expected_critical(run.manifest, load_suites())).publishable
"""

from .checks import check_result, check_specs
from .dbt_tests import DbtRun, dbt_results, expected_critical
from .history import GuardResult, Verdict, record, results_of, verdict
from .judge import evaluate, judge
from .suites import Expectation, Suite, load_suite, load_suites

__all__ = [
    "DbtRun",
    "Expectation",
    "GuardResult",
    "Suite",
    "Verdict",
    "check_result",
    "check_specs",
    "dbt_results",
    "evaluate",
    "expected_critical",
    "judge",
    "load_suite",
    "load_suites",
    "record",
    "results_of",
    "verdict",
]
