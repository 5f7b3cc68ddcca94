"""No figure of a few can be computed from what is published, whatever is added up or taken away."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.transfer.definitions import check_one, judge_one, quotient, share
from transfer.metric_definition import Grain, InvalidDefinition, MetricDefinition
from transfer.metric_row import CELL, FIGURES, SHOWN
from transfer.suppression import check_periods, withhold_telling

LONG_AFTER = date(2030, 1, 1)
GRAINS = (Grain("organisation", None), Grain("unit", "unit"), Grain("activity", "activity"))
MODES = [
    share(metric_id=mode, numerator=mode, denominator="records", persons=f"persons_{mode}", grains=GRAINS)
    for mode in ("formal", "social", "on_the_job")
]
DONE = [
    share(metric_id=done, catalogue_id=done, numerator=done, denominator="records", persons="persons", grains=GRAINS)
    for done in ("completed", "passed")
]


def world(seed: int, units: int, activities: int, most: int) -> pd.DataFrame:
    """Records of persons, each of one unit; what they did, where, and how."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, most, units)
    persons = np.repeat(np.arange(sizes.sum()), rng.integers(1, 4, sizes.sum()))
    unit = np.repeat(np.arange(units), sizes)[persons]
    skew = rng.dirichlet(np.full(activities, 0.6))
    return pd.DataFrame(
        {
            "person": persons,
            "unit": unit.astype(str),
            "activity": rng.choice(activities, persons.size, p=skew).astype(str),
            "mode": rng.choice([m.metric_id for m in MODES], persons.size, p=rng.dirichlet([1, 1, 1])),
            "completed": rng.random(persons.size) < rng.choice([0.05, 0.5, 0.95]),
            "passed": rng.random(persons.size) < 0.5,
        }
    )


def parts_of(records: pd.DataFrame, definition: MetricDefinition) -> pd.DataFrame:
    is_mode = definition in MODES
    counted = records["mode"] == definition.metric_id if is_mode else records[definition.metric_id]
    behind = records[counted] if is_mode else records
    cuts = []
    for grain in GRAINS:
        key = records[grain.group_by] if grain.group_by else pd.Series("all", index=records.index)
        of = (
            pd.DataFrame({"grain_key": key, "numerator": counted.astype(int), "denominator": 1})
            .groupby("grain_key")
            .sum()
        )
        persons = behind.groupby(key.loc[behind.index])["person"].nunique()
        cuts.append(of.assign(grain=grain.name, n_persons=persons.reindex(of.index, fill_value=0)).reset_index())
    found = pd.concat(cuts, ignore_index=True)
    times = {"period": pd.Timestamp("2025-01-01"), "seen_on": pd.NaT}
    return found.assign(n_observed=found["denominator"], n_missing=0, **times).astype({"seen_on": "datetime64[us]"})


def published(records: pd.DataFrame, definitions: list[MetricDefinition]) -> pd.DataFrame:
    judged = [judge_one(parts_of(records, one), one, LONG_AFTER) for one in definitions]
    rows = pd.concat(judged, ignore_index=True)
    withhold_telling(rows, definitions)
    for one in definitions:
        check_one(rows[rows["metric_id"] == one.metric_id], one)
    return rows


def solvable(rows: pd.DataFrame, definitions: list[MetricDefinition], wholes: bool) -> set[tuple[str, str, str]]:
    """Numerators that are withheld and follow from the others: sums over units and activities, and parts of a whole."""
    variables = {
        (part, grain, key): n
        for n, (part, grain, key) in enumerate(
            (part, *cell)
            for part in [*(d.numerator for d in definitions), "records"]
            for cell in rows[["grain", "grain_key"]].drop_duplicates().itertuples(index=False)
        )
    }
    equations = []
    for part in {part for part, _, _ in variables}:
        for grain in ("unit", "activity"):
            row = np.zeros(len(variables))
            row[variables[part, "organisation", "all"]] = -1
            row[[n for (p, g, _), n in variables.items() if (p, g) == (part, grain)]] = 1
            equations.append(row)
    for (part, grain, key), n in variables.items() if wholes else ():
        if part == "records":
            row = np.zeros(len(variables))
            row[[variables[d.numerator, grain, key] for d in definitions]] = 1
            row[n] = -1
            equations.append(row)
    known = set()
    is_open = ~rows["status"].isin(["suppressed", "blocked"])
    for row in rows[is_open].itertuples():
        numerator = next(d.numerator for d in definitions if d.metric_id == row.metric_id)
        known |= {variables[numerator, row.grain, row.grain_key], variables["records", row.grain, row.grain_key]}
    unknown = [n for n in range(len(variables)) if n not in known]
    system = np.array(equations)[:, unknown]
    free = np.linalg.svd(system)[2][np.linalg.matrix_rank(system) :] if system.size else np.eye(len(unknown))
    names = list(variables)
    # A variable is determined where no direction in which the solution may move touches it.
    return {names[n] for at, n in enumerate(unknown) if names[n][0] != "records" and np.allclose(free[:, at], 0)}


quickly = settings(max_examples=6, deadline=None, phases=[Phase.generate])
"""A world doesn't shrink to a simpler one: its seed is all there is to it."""

worlds = st.builds(world, st.integers(0, 10**6), st.integers(2, 6), st.integers(2, 5), st.integers(3, 16))


@quickly
@given(worlds)
def test_no_withheld_figure_follows_from_the_published_ones(records: pd.DataFrame) -> None:
    rows = published(records, DONE)
    for one in DONE:
        assert solvable(rows[rows["metric_id"] == one.metric_id], [one], wholes=False) == set()
    assert {part for part, _, _ in solvable(rows, DONE, wholes=False)} == set()


@quickly
@given(worlds)
def test_no_withheld_part_of_a_whole_follows_from_the_other_parts(records: pd.DataFrame) -> None:
    rows = published(records, MODES)
    assert solvable(rows, MODES, wholes=True) == set()


@quickly
@given(worlds)
def test_what_is_withheld_of_a_published_sum_is_about_enough_persons_together(records: pd.DataFrame) -> None:
    rows = published(records, DONE)
    for (_, grain), table in rows[rows["grain"] != "organisation"].groupby(["metric_id", "grain"]):
        total = rows[(rows["metric_id"] == table["metric_id"].iloc[0]) & (rows["grain"] == "organisation")]
        hidden = set(table.loc[table["status"] == "suppressed", "grain_key"])
        if hidden and total["status"].isin(SHOWN).all():
            assert records.loc[records[str(grain)].isin(hidden), "person"].nunique() >= 5


def cell(metric: MetricDefinition, key: str, persons: int, numerator: int, denominator: int = 20) -> pd.DataFrame:
    counted = {"numerator": numerator, "denominator": denominator, "n_persons": persons, "n_observed": denominator}
    where = {"grain": "organisation" if key == "all" else "activity", "grain_key": key}
    times = {"period": pd.Timestamp("2025-01-01"), "seen_on": pd.NaT}
    frame = pd.DataFrame([{**where, **counted, "n_missing": 0, **times}]).astype({"seen_on": "datetime64[us]"})
    return judge_one(frame, metric, LONG_AFTER)


def test_the_one_that_was_withheld_before_is_withheld_again() -> None:
    rows = pd.concat([cell(share(), key, n, 1) for key, n in (("all", 27), ("a", 2), ("b", 12), ("c", 13))])
    first, again = rows.reset_index(drop=True), rows.reset_index(drop=True)
    withhold_telling(first, [share()])
    assert first["status"].tolist() == ["ok", "suppressed", "suppressed", "ok"]
    withhold_telling(again, [share()], again.iloc[[3]][["metric_id", *CELL]])
    assert again["status"].tolist() == ["ok", "suppressed", "ok", "suppressed"]
    assert again.loc[3, list(FIGURES)].isna().all()


@pytest.mark.parametrize(
    ("persons", "numerator", "status"), [(9, 0, "suppressed"), (9, 20, "suppressed"), (9, 1, "ok")]
)
def test_all_or_none_of_a_small_group_says_it_of_each(persons: int, numerator: int, status: str) -> None:
    assert cell(share(), "a", persons, numerator)["status"].tolist() == [status]


def test_all_of_a_larger_group_did() -> None:
    assert cell(share(), "a", 10, 20)["status"].tolist() == ["ok"]


@pytest.mark.parametrize(("largest", "status"), [(86.0, "suppressed"), (84.0, "ok")])
def test_hours_that_are_mostly_of_one_person_are_theirs(largest: float, status: str) -> None:
    hours = quotient(spread=("learning_time__person",))
    rest = [(100 - largest) / 5] * 5
    spread = pd.DataFrame({"grain": "activity", "grain_key": "a", "numerator": [largest, *rest], "denominator": 0.0})
    spread = spread.assign(period=pd.Timestamp("2025-01-01"), spread_0=range(6))
    times = {"period": pd.Timestamp("2025-01-01"), "seen_on": pd.NaT}
    sums = {"numerator": 100.0, "denominator": 9.0, "n_persons": 6, "n_observed": 9, "n_missing": 0}
    frame = pd.DataFrame([{"grain": "activity", "grain_key": "a", **sums, **times}])
    rows = judge_one(frame.astype({"seen_on": "datetime64[us]"}), hours, LONG_AFTER, spread)
    assert rows["status"].tolist() == [status]


def test_months_and_quarters_of_one_thing_are_not_both_published() -> None:
    by_quarter = share(metric_id="completion_rate_by_quarter", period="quarter")
    with pytest.raises(InvalidDefinition, match="by quarter, and completion_rate by month"):
        check_periods([share(), by_quarter])
    check_periods([share(), share(metric_id="other", catalogue_id="B9")])
