"""The rules that hold for every metric, held to every metric that is shipped (`METRICS.md`, section 0)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.dbt_project import manifest_path
from pipelines.metric_parts import metric_queries
from transfer.metric_contract import check
from transfer.metric_definition import InvalidDefinition, MetricDefinition
from transfer.metric_result import judge
from transfer.metric_row import FIGURES, SHOWN
from transfer.metric_terms import Estimator, Unit
from transfer.suppression import check_periods, withhold_telling

LONG_AFTER = date(2031, 1, 1)
CELLS = 60


@pytest.fixture(scope="module")
def definitions() -> list[MetricDefinition]:
    return list(metric_queries(manifest_path().with_name("semantic_manifest.json")).definitions)


def parts_of(definition: MetricDefinition, seed: int) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Figures of one to forty persons each, and of nobody, with the parts that the definition asks for."""
    rng = np.random.default_rng(seed)
    grain = definition.grains[-1].name
    persons = rng.integers(0, 40, CELLS)
    cases = persons * rng.integers(1, 4, CELLS)
    share = rng.choice([0.0, 0.3, 0.7, 1.0], CELLS)
    period = pd.Timestamp("2025-01-01") if definition.period else pd.NaT
    rows = pd.DataFrame(
        {
            "grain": grain,
            "grain_key": [str(n) for n in range(CELLS)],
            "period": period,
            "seen_on": pd.NaT,
            "numerator": np.floor(cases * share),
            "denominator": cases,
            "n_persons": persons,
            "n_observed": cases,
            "n_missing": rng.integers(1, 9, CELLS),
            "n_invited": cases * 2,
            "n_respondents": np.minimum(cases, np.floor(cases * rng.choice([0.2, 1.0], CELLS) * 2)),
        }
    ).astype({"period": "datetime64[us]", "seen_on": "datetime64[us]"})
    return rows, _spread(rows, definition, rng) if definition.spread else None


def _spread(rows: pd.DataFrame, definition: MetricDefinition, rng: np.random.Generator) -> pd.DataFrame:
    """The same sums, cut into four by what the estimator spreads them over."""
    quarter = rows[["grain", "grain_key", "period"]].assign(
        numerator=rows["numerator"] / 4, denominator=rows["denominator"] / 4
    )
    pieces = [quarter.assign(spread_0=n % 2, spread_1=n // 2) for n in range(4)]
    if definition.estimator in (Estimator.SURVIVAL_MEDIAN, Estimator.SURVIVAL_P90):
        pieces = [piece.assign(spread_0=10.0 * (n + 1)) for n, piece in enumerate(pieces)]
    return pd.concat(pieces, ignore_index=True)


def judged(definitions: list[MetricDefinition], as_of: date = LONG_AFTER, **changes: Any) -> pd.DataFrame:
    """Result rows of all of them, judged together as every run does it."""
    parts, spread = [], []
    for definition in definitions:
        rows, spread_rows = parts_of(definition, 7)
        parts.append(rows.assign(metric_id=definition.metric_id, **changes))
        if spread_rows is not None:
            spread.append(spread_rows.assign(metric_id=definition.metric_id))
    return judge(pd.concat(parts), definitions, as_of, pd.concat(spread) if spread else None)


def rows_of(rows: pd.DataFrame, definitions: Iterable[MetricDefinition]) -> pd.DataFrame:
    return rows[rows["metric_id"].isin([definition.metric_id for definition in definitions])]


def metrics_of(rows: pd.DataFrame) -> set[str]:
    return set(rows["metric_id"])


def test_every_figure_holds_the_contract(definitions: list[MetricDefinition]) -> None:
    assert len(definitions) >= 50
    rows = judged(definitions)
    withhold_telling(rows, definitions)
    check(rows, definitions)
    withheld = rows["status"].isin(["suppressed", "blocked"])
    assert metrics_of(rows[withheld & rows[list(FIGURES)].notna().any(axis=1)]) == set()
    shares = rows_of(rows, (d for d in definitions if d.unit is Unit.SHARE))
    assert metrics_of(shares[~(shares["numerator"].fillna(0) <= shares["denominator"].fillna(0))]) == set()


def test_judged_together_metrics_come_out_as_each_does_alone(definitions: list[MetricDefinition]) -> None:
    """One metric of each shape: judging is the same for all that are alike in what it asks of a definition."""
    shapes = {
        (d.unit, d.estimator, d.period, d.spread != (), d.persons is None, d.invited is None, d.follow_up_days > 0): d
        for d in definitions
    }
    alike = list(shapes.values())
    assert len(alike) > 20
    alone = pd.concat([judged([definition]) for definition in alike], ignore_index=True)
    pd.testing.assert_frame_equal(judged(alike), alone)


def test_nothing_to_divide_by_is_never_zero(definitions: list[MetricDefinition]) -> None:
    divided = [definition for definition in definitions if definition.denominator is not None]
    nothing = dict.fromkeys(("numerator", "denominator", "n_observed", "n_persons", "n_respondents", "n_missing"), 0)
    rows = judged(divided, **nothing)
    assert metrics_of(rows[~rows["status"].isin(["not_computable", "suppressed"])]) == set()
    assert metrics_of(rows[rows["value"].notna()]) == set()
    assert len(metrics_of(rows)) == len(divided)


def test_no_figure_about_persons_rests_on_fewer_than_five(definitions: list[MetricDefinition]) -> None:
    rows = judged([definition for definition in definitions if definition.persons is not None])
    assert metrics_of(rows[rows["status"].isin(SHOWN) & ~(rows["n_persons"] >= 5)]) == set()


def test_an_open_window_is_provisional(definitions: list[MetricDefinition]) -> None:
    windows = {definition.follow_up_days for definition in definitions if definition.period is not None}
    for days in sorted(windows):
        watched = [d for d in definitions if d.period is not None and d.follow_up_days == days]
        rows = judged(watched, as_of=date(2025, 1, 1) + timedelta(days=days))
        assert metrics_of(rows[rows["status"] == "ok"]) == set()
        assert "provisional" in set(rows["status"])


def test_who_asks_people_says_how_many_answered(definitions: list[MetricDefinition]) -> None:
    asking = [definition for definition in definitions if definition.invited]
    shown = judged(asking).query("status in ('ok', 'provisional')")
    assert metrics_of(shown) <= {definition.metric_id for definition in asking}
    assert not shown.empty
    assert metrics_of(shown[~shown["response_rate"].between(0.3, 1)]) == set()
    assert metrics_of(shown[~(shown["bound_low"] <= shown["value"])]) == set()
    assert metrics_of(shown[~(shown["value"] <= shown["bound_high"])]) == set()


def test_no_metric_may_be_called_more_than_its_tier_allows(definitions: list[MetricDefinition]) -> None:
    for definition in definitions:
        if definition.max_claim not in ("transfer", "effect"):
            with pytest.raises(InvalidDefinition, match="takes LTEM tier"):
                MetricDefinition(**{**vars(definition), "name": "Transfer to work"})


def test_no_part_is_published_by_periods_of_two_lengths(definitions: list[MetricDefinition]) -> None:
    check_periods(definitions)


def test_a_mean_of_persons_has_an_interval(definitions: list[MetricDefinition]) -> None:
    means = {"gain", "ratio", "points", "net_points", "days"}
    assert [d.metric_id for d in definitions if d.unit in means and not d.has_interval] == []
