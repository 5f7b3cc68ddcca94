"""The rules that hold for every metric, held to every metric that is shipped (`METRICS.md`, section 0)."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.dbt_project import manifest_path
from pipelines.metric_parts import parts_queries
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
    queries = parts_queries(manifest_path().with_name("semantic_manifest.json"))
    return list(dict.fromkeys(query.definition for query in queries))


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


def judged(definition: MetricDefinition, as_of: date = LONG_AFTER, **changes: Any) -> pd.DataFrame:
    parts, spread = parts_of(definition, 7)
    return judge(parts.assign(**changes), definition, as_of, spread)


def test_every_figure_holds_the_contract(definitions: list[MetricDefinition]) -> None:
    assert len(definitions) >= 50
    for definition in definitions:
        rows = judged(definition)
        withhold_telling(rows, [definition])
        check(rows, definition)
        withheld = rows["status"].isin(["suppressed", "blocked"])
        assert rows.loc[withheld, list(FIGURES)].isna().all(axis=None), definition.metric_id
        if definition.unit is Unit.SHARE:
            assert (rows["numerator"].fillna(0) <= rows["denominator"].fillna(0)).all(), definition.metric_id


def test_nothing_to_divide_by_is_never_zero(definitions: list[MetricDefinition]) -> None:
    for definition in definitions:
        if definition.denominator is not None:
            rows = judged(
                definition, numerator=0, denominator=0, n_observed=0, n_persons=0, n_respondents=0, n_missing=0
            )
            assert set(rows["status"]) <= {"not_computable", "suppressed"}, definition.metric_id
            assert rows["value"].isna().all(), definition.metric_id


def test_no_figure_about_persons_rests_on_fewer_than_five(definitions: list[MetricDefinition]) -> None:
    for definition in definitions:
        if definition.persons is not None:
            rows = judged(definition)
            shown = rows[rows["status"].isin(SHOWN)]
            assert (shown["n_persons"] >= 5).all(), definition.metric_id


def test_an_open_window_is_provisional(definitions: list[MetricDefinition]) -> None:
    for definition in definitions:
        if definition.period is not None:
            last_open = date(2025, 1, 1) + timedelta(days=definition.follow_up_days)
            assert "ok" not in set(judged(definition, as_of=last_open)["status"]), definition.metric_id


def test_who_asks_people_says_how_many_answered(definitions: list[MetricDefinition]) -> None:
    asking = [definition for definition in definitions if definition.invited]
    assert asking
    for definition in asking:
        shown = judged(definition).query("status in ('ok', 'provisional')")
        assert shown["response_rate"].between(0.3, 1).all(), definition.metric_id
        assert (shown["bound_low"] <= shown["value"]).all(), definition.metric_id
        assert (shown["value"] <= shown["bound_high"]).all(), definition.metric_id


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
