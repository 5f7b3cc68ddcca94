"""What a long table may hold, and what is refused: every silent trap of other packages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from transfer.effect.long_table import Columns, PanelRefused, panel_of, strata_of
from transfer.effect.panel import Panel

COLUMNS = Columns("team", "month", "start", "errors")


def long(starts: dict[str, Any], months: list[Any] | None = None) -> pd.DataFrame:
    months = list(range(1, 7)) if months is None else months
    rows = [
        {"team": team, "month": month, "start": start, "errors": float(10 * n + at)}
        for n, (team, start) in enumerate(starts.items())
        for at, month in enumerate(months)
    ]
    return pd.DataFrame(rows)


def read(starts: dict[str, Any], months: list[Any] | None = None, **also: str) -> Panel:
    return panel_of(long(starts, months), Columns("team", "month", "start", "errors", **also))  # type: ignore[arg-type]


TEAMS = {"a": 3, "b": 4, "c": 0, "d": 0}


@pytest.mark.parametrize(
    ("never", "said"),
    [
        (0, "0"),
        (0.0, "0"),
        (np.nan, "empty"),
        ("", "empty"),
        ("NA", "empty"),
        (np.inf, "infinite"),
        (10_000, "beyond the panel's end"),
    ],
    ids=str,
)
def test_never_is_never_however_it_is_coded_and_the_panel_says_which(never: Any, said: str) -> None:
    panel = read({"a": 3, "b": 4, "c": never, "d": never})
    assert panel.start.tolist() == [3, 4, np.inf, np.inf]
    assert panel.never_coded == {said: 2}
    assert any(remark.code == "never_coded" and said in remark.text for remark in panel.remarks)


def test_a_table_that_says_never_in_two_ways_is_told_both() -> None:
    assert read({"a": 3, "b": "", "c": 0, "d": 99}).never_coded == {"empty": 1, "0": 1, "beyond the panel's end": 1}


def test_0_is_no_never_where_it_is_a_period() -> None:
    with pytest.raises(PanelRefused, match="0 is also a period"):
        read(TEAMS, [0, 1, 2, 3, 4, 5])


def test_a_start_that_varies_within_a_unit_is_refused() -> None:
    frame = long(TEAMS)
    frame.loc[frame.team.eq("a") & frame.month.gt(4), "start"] = 5
    with pytest.raises(PanelRefused, match=r"varies within unit a \(3, 5\)"):
        panel_of(frame, COLUMNS)


def test_a_start_that_is_filled_only_from_the_start_on_is_refused() -> None:
    frame = long({"a": 3.0, "b": 4.0, "c": 0.0})
    frame.loc[frame.team.eq("a") & frame.month.lt(3), "start"] = np.nan
    with pytest.raises(PanelRefused, match=r"varies within unit a \(never, 3\)"):
        panel_of(frame, COLUMNS)


def test_an_indicator_is_no_start() -> None:
    with pytest.raises(PanelRefused, match="holds only 0 and 1"):
        read({"a": 1, "b": 1, "c": 0}, [2019, 2020, 2021])


def test_a_unit_that_is_there_twice_in_a_period_is_refused() -> None:
    frame = long(TEAMS)
    with pytest.raises(PanelRefused, match=r"Unit a has 2 rows in period 1 .*1 of 24 cells"):
        panel_of(pd.concat([frame, frame.head(1)]), COLUMNS)


def test_units_with_holes_are_dropped_before_anything_is_estimated_and_told() -> None:
    frame = long({"a": 3, "b": 4, "c": 0, "d": 0, "e": 0})
    frame.loc[(frame.team == "b") & (frame.month == 4), "errors"] = np.nan
    panel = panel_of(frame[~((frame.team == "d") & (frame.month > 4))], COLUMNS)
    assert panel.units == ("a", "c", "e")
    assert [(one.unit, one.reason) for one in panel.dropped] == [
        ("b", "no outcome in 1 of 6 periods (first: 4)"),
        ("d", "no outcome in 2 of 6 periods (first: 5)"),
    ]
    assert panel.coverage == pytest.approx(27 / 30)
    assert panel.missing_around_start == ("b",)


def test_a_missing_covariate_drops_the_unit_too() -> None:
    frame = long(TEAMS).assign(size=[5.0] * 6 + [np.nan] * 6 + [7.0] * 12)
    panel = panel_of(frame, Columns("team", "month", "start", "errors", covariates=("size",)))
    assert [one.reason for one in panel.dropped] == ["no covariate in 6 of 6 periods (first: 1)"]


def test_a_table_in_which_no_unit_is_whole_is_refused() -> None:
    frame = long(TEAMS)
    with pytest.raises(PanelRefused, match="No unit is observed in all 6 periods"):
        panel_of(frame[frame.index % 5 > 0], COLUMNS)


def test_units_treated_from_the_first_period_on_are_dropped_and_counted() -> None:
    panel = read({"a": 1, "b": 4, "c": 0})
    assert panel.units == ("b", "c")
    assert "treated from the first period (1) on" in panel.dropped[0].reason


def test_a_table_in_which_nobody_starts_is_refused() -> None:
    with pytest.raises(PanelRefused, match="no unit starts after the first period"):
        read({"a": 1, "b": 0})


def test_a_cohort_of_one_unit_is_remarked_upon() -> None:
    assert "cohort_of_one" in {remark.code for remark in read(TEAMS).remarks}
    assert "cohort_of_one" not in {remark.code for remark in read({"a": 3, "b": 3, "c": 0}).remarks}


def test_numbers_that_are_text_are_read_and_other_texts_are_refused_with_their_row() -> None:
    frame = long(TEAMS)
    assert panel_of(frame.assign(errors=frame.errors.map(str)), COLUMNS).outcome[1, 0] == 10
    with pytest.raises(PanelRefused, match=r"Column errors, row 3: 'n\.d\.' is no number"):
        panel_of(frame.assign(errors=["1", "2", "n.d.", *["4"] * 21]), COLUMNS)


def test_a_decimal_comma_is_called_by_its_name() -> None:
    with pytest.raises(PanelRefused, match="decimal comma"):
        panel_of(long(TEAMS).assign(errors="1,5"), COLUMNS)


def test_an_infinite_outcome_is_refused() -> None:
    with pytest.raises(PanelRefused, match="infinite"):
        panel_of(long(TEAMS).assign(errors=np.inf), COLUMNS)


def test_an_outcome_that_never_differs_is_refused() -> None:
    with pytest.raises(PanelRefused, match="Column errors is 4 in every row"):
        panel_of(long(TEAMS).assign(errors=4), COLUMNS)


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    with pytest.raises(PanelRefused, match=r"no column kpi\. The table has: team, month, start, errors"):
        panel_of(long(TEAMS), Columns("team", "month", "start", "kpi"))


def test_a_missing_unit_or_period_is_refused() -> None:
    frame = long(TEAMS).astype({"month": "float"})
    with pytest.raises(PanelRefused, match="row 2: the unit is missing"):
        panel_of(frame.assign(team=["a", None, *["a"] * 22]), COLUMNS)
    with pytest.raises(PanelRefused, match="row 1: the period is missing"):
        panel_of(frame.assign(month=[np.nan, *frame.month[1:]]), COLUMNS)


MONTHS = ["2023-11", "2023-12", "2024-01", "2024-02"]


@pytest.mark.parametrize(
    ("months", "start", "unit", "values"),
    [
        (MONTHS, "2024-01", "month", [24286, 24287, 24288, 24289]),
        ([202311, 202312, 202401, 202402], 202401, "month", [24286, 24287, 24288, 24289]),
        (MONTHS, "2024-01-15", "month", [24286, 24287, 24288, 24289]),
        ([f"{month}-01" for month in MONTHS], "2024-01-01", "month", [24286, 24287, 24288, 24289]),
        (["2023-10", "2024-01", "2024-04", "2024-07"], "2024-04", "quarter", [24285 / 3, 8096, 8097, 8098]),
        (["2023Q3", "2023Q4", "2024Q1", "2024Q2"], "2024Q1", "quarter", [8094, 8095, 8096, 8097]),
        (["2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22"], "2024-01-15", "week", None),
        ([2003, 2005, 2007, 2011], 2007, "period", [2003, 2005, 2007, 2011]),
        ([2003.0, 2003.25, 2003.5, 2003.75], 2003.5, "period", [2003, 2003.25, 2003.5, 2003.75]),
    ],
    ids=lambda value: str(value)[:24],
)
def test_periods_lie_on_one_axis_however_they_are_written(
    months: list[Any], start: Any, unit: str, values: list[float] | None
) -> None:
    panel = read({"a": start, "b": ""}, months)
    assert panel.calendar.unit == unit
    assert panel.first_treated.tolist() == [2, 4]
    if values:
        assert panel.calendar.values.tolist() == values


def test_timestamps_are_periods_and_starts() -> None:
    months = list(pd.to_datetime([f"{month}-01" for month in MONTHS]))
    panel = read({"a": pd.Timestamp("2024-01-01"), "b": pd.NaT}, months)
    assert panel.first_treated.tolist() == [2, 4]
    assert panel.calendar.labels[0] == "2023-11-01"


def test_gaps_between_years_are_kept_and_remarked_upon() -> None:
    panel = read({"a": 2007, "b": 0}, [2003, 2005, 2007, 2011])
    assert "gaps" in {remark.code for remark in panel.remarks}


def test_a_start_between_two_periods_counts_from_the_next() -> None:
    assert read({"a": 2006, "b": 0}, [2003, 2005, 2007, 2009]).first_treated.tolist() == [2, 4]


@pytest.mark.parametrize("months", [["2024-01", "spring"], ["2024-01-01", "2024Q2"]], ids=str)
def test_periods_of_several_kinds_are_refused(months: list[str]) -> None:
    with pytest.raises(PanelRefused, match="Expected all of one kind"):
        read({"a": "2024-01", "b": ""}, months)


def test_a_start_of_another_kind_than_the_periods_is_refused() -> None:
    with pytest.raises(PanelRefused, match="no period of the kind of column month"):
        read({"a": "spring", "b": 0})


def test_clusters_and_weights_belong_to_units() -> None:
    frame = long(TEAMS).assign(site=["n"] * 12 + ["s"] * 12, heads=[8.0] * 6 + [4.0] * 6 + [2.0] * 12)
    panel = panel_of(frame, Columns("team", "month", "start", "errors", "site", weights="heads"))
    assert (panel.cluster.tolist(), panel.cluster_labels) == ([0, 0, 1, 1], ("n", "s"))
    assert panel.weights.tolist() == [2, 1, 0.5, 0.5]
    for name in ("site", "heads"):
        with pytest.raises(PanelRefused, match=f"Column {name} varies within unit a"):
            panel_of(
                frame.assign(**{name: range(24)}), Columns("team", "month", "start", "errors", "site", weights="heads")
            )


def test_categories_become_one_covariate_each_without_the_first() -> None:
    frame = long(TEAMS).assign(region=["n"] * 6 + ["s"] * 6 + ["w"] * 12)
    panel = panel_of(frame, Columns("team", "month", "start", "errors", covariates=("region",)))
    assert panel.covariate_names == ("region=s", "region=w")
    assert panel.covariates[:, 0].tolist() == [[0, 0], [1, 0], [0, 1], [0, 1]]


def test_a_missing_category_drops_the_unit() -> None:
    frame = long(TEAMS).assign(region=["n"] * 6 + ["NA"] * 6 + ["w"] * 12)
    panel = panel_of(frame, Columns("team", "month", "start", "errors", covariates=("region",)))
    assert (panel.covariate_names, panel.units) == (("region=w",), ("a", "c", "d"))


def test_strata_follow_the_units_that_stay() -> None:
    frame = long({"x": 1, **TEAMS}).assign(block=["p"] * 6 + ["q"] * 12 + ["r"] * 12)
    assert strata_of(frame, COLUMNS, "block", panel_of(frame, COLUMNS)).tolist() == [1, 1, 2, 2]
