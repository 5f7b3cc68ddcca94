"""``throughline effect`` on files as analysts have them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from connectors.errors import SettingsError
from pipelines.cli import app

CALL = ["--unit", "team", "--period", "month", "--start", "start", "--outcome", "errors", "--permutations", "99"]
REQUIRED = {
    "estimate", "standard_error", "ci_low", "ci_high", "p_permutation", "n_units", "n_treated", "verdict", "guards",
    "aggregations", "group_time", "assumptions", "dropped",
}  # fmt: skip


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    starts = dict(zip((f"Équipe {n}" for n in range(24)), [7] * 6 + [9] * 6 + [0] * 12, strict=True))
    months = [f"2024-{month:02}" for month in range(1, 13)]
    return pd.DataFrame(
        {
            "team": team,
            "month": month,
            "start": months[start - 1] if start else "",
            "errors": rng.normal() - 2.5 * (start > 0 and at >= start),
        }
        for team, start in starts.items()
        for at, month in enumerate(months, 1)
    )


def told(file: Path, *options: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["effect", str(file), *CALL, "--format", "json", *options], catch_exceptions=False)
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def refused(file: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["effect", str(file), *CALL, *options])
    assert isinstance(result.exception, SettingsError)
    return str(result.exception)


@pytest.fixture(scope="module")
def plain(panel: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("panel") / "panel.csv"
    panel.to_csv(path, index=False)
    return path


def test_json_has_every_figure_of_the_estimator_and_the_verdict_beside_them(plain: Path) -> None:
    found = told(plain, "--assignment", "randomised")
    assert found.keys() >= REQUIRED
    assert (found["n_units"], found["n_treated"], found["never_coded"]) == (24, 12, {"empty": 12})
    assert found["ci_low"] < -2.5 < found["ci_high"] < 0
    assert found["p_permutation"] == 0.01
    assert found["aggregations"].keys() == {"simple", "dynamic", "group", "calendar"}
    for name, place in (("dynamic", "event_time"), ("group", "group"), ("calendar", "period")):
        one = found["aggregations"][name]
        assert len(one[place]) == len(one["estimates"]) == len(one["standard_errors"]) > 1
    assert found["aggregations"]["simple"]["estimate"] == found["estimate"]
    assert found["aggregations"]["group"]["group"] == ["2024-07", "2024-09"]
    assert found["group_time"][0].keys() >= {"group", "period", "estimate", "standard_error"}
    assert len(found["assumptions"]) >= 3


def test_text_and_html_are_the_same_card(plain: Path) -> None:
    for format, mark in (("text", "VERDICT"), ("html", "<svg")):
        result = CliRunner().invoke(app, ["effect", str(plain), *CALL, "--format", format], catch_exceptions=False)
        assert result.exit_code == 0 and mark in result.stdout


def written(panel: pd.DataFrame, folder: Path, make: str) -> Path:
    """The panel as one of the files that people have."""
    path = folder / make
    text = panel.to_csv(index=False)
    comma = panel.assign(errors=panel.errors.map(lambda value: f"{value:.6f}".replace(".", ","))).to_csv(
        index=False, sep=";"
    )
    if make == "panel.parquet":
        panel.to_parquet(path)
    elif make == "panel.xlsx":
        panel.to_excel(path, index=False, engine="xlsxwriter")
    elif make == "latin.csv":
        path.write_bytes(comma.encode("windows-1252"))
    elif make == "utf16.tsv":
        path.write_bytes(panel.to_csv(index=False, sep="\t").encode("utf-16"))
    elif make == "packed.csv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    return path


@pytest.mark.parametrize("make", ["panel.parquet", "panel.xlsx", "latin.csv", "utf16.tsv", "packed.csv.gz"])
def test_any_make_of_file_gives_the_same_figures(panel: pd.DataFrame, plain: Path, make: str, tmp_path: Path) -> None:
    found, expected = told(written(panel, tmp_path, make)), told(plain)
    assert found["estimate"] == pytest.approx(expected["estimate"], abs=1e-5)
    assert found["standard_error"] == pytest.approx(expected["standard_error"], abs=1e-5)
    assert found["group_time"][0]["group"] == "2024-07"


def test_clusters_covariates_strata_and_weights_are_columns(panel: pd.DataFrame, tmp_path: Path) -> None:
    codes = panel.team.str.slice(7).astype(int)
    path = tmp_path / "rich.csv"
    panel.assign(site=codes // 2, block=codes % 2, size=(codes * 7) % 5 + 1.5, heads=codes % 3 + 1).to_csv(
        path, index=False
    )
    found = told(path, "--cluster", "site", "--covariates", "size, heads", "--weights", "heads", "--method", "reg")
    assert (found["n_clusters"], found["permutation"]["permuted"]) == (12, "cluster")
    assert found["choices"]["covariates"] == ["size", "heads"]
    assert (
        told(path, "--strata", "block")["permutation"]["distinct_assignments"]
        < told(path)["permutation"]["distinct_assignments"]
    )


def test_without_never_treated_units_those_not_yet_treated_are_compared_with_and_the_card_says_so(
    panel: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "all_start.csv"
    panel[panel.start != ""].to_csv(path, index=False)
    found = told(path)
    assert found["choices"]["control"] == "notyet"
    assert "no_never_treated" in {remark["code"] for remark in found["remarks"]}


def test_a_panel_without_a_comparison_has_every_name_and_no_figure(
    panel: pd.DataFrame, plain: Path, tmp_path: Path
) -> None:
    path = tmp_path / "all_start.csv"
    panel[panel.start != ""].to_csv(path, index=False)
    found = told(path, "--control", "never")
    assert found.keys() >= told(plain).keys()
    assert (found["verdict"], found["estimate"], found["group_time"]) == ("not estimable", None, [])
    assert found["n_treated"] == 12


def test_clusters_whose_units_start_apart_have_an_interval_and_a_remark(panel: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "states.csv"
    panel.assign(state=panel.team.str.slice(7).astype(int) % 8).to_csv(path, index=False)
    found = told(path, "--cluster", "state")
    assert found["ci_kind"] == "cluster jackknife (CR3)"
    assert found["ci_low"] < found["estimate"] < found["ci_high"]
    assert "starts_vary_within_clusters" in {remark["code"] for remark in found["remarks"]}


def test_eight_thousand_units_are_no_more_trouble_than_few(tmp_path: Path) -> None:
    units, months = 8_000, np.arange(1, 5)
    starts = np.arange(units) % 3
    table = pd.DataFrame({
        "team": np.repeat(np.arange(units), 4), "month": np.tile(months, units), "start": np.repeat(starts + 2 * (starts > 0), 4),
        "errors": np.random.default_rng(1).normal(size=4 * units),
    })  # fmt: skip
    table.to_parquet(tmp_path / "people.parquet")
    found = told(tmp_path / "people.parquet")
    assert (found["n_units"], found["n_treated"]) == (8_000, 5_333)
    assert found["permutation"]["distinct_assignments"] < 2**53


def test_a_unit_with_a_hole_is_dropped_and_told(panel: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "hole.csv"
    panel.assign(errors=panel.errors.where(panel.index != 5)).to_csv(path, index=False)
    assert told(path)["dropped"] == [{"unit": "Équipe 0", "reason": "no outcome in 1 of 12 periods (first: 2024-06)"}]


def test_numbers_that_can_be_read_in_two_ways_are_asked_about(panel: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "thousands.csv"
    panel.assign(errors=[f"{1 + n % 8},{n % 900 + 100}" for n in range(len(panel))]).to_csv(path, index=False, sep=";")
    assert "--decimal comma or --decimal point" in refused(path)
    as_comma, as_point = (told(path, "--decimal", mark)["estimate"] for mark in ("comma", "point"))
    assert as_point == pytest.approx(1000 * as_comma)


def test_a_missing_column_is_named_with_those_that_are_there(plain: Path) -> None:
    assert refused(plain, "--cluster", "site") == "panel.csv has no column site. It has: team, month, start, errors."


def test_a_table_that_is_no_panel_is_refused_with_the_file_and_the_place(panel: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    pd.concat([panel, panel.head(1)]).to_csv(path, index=False)
    assert refused(path).startswith("twice.csv: Unit Équipe 0 has 2 rows in period 2024-01")


def test_a_line_with_too_many_cells_is_refused(plain: Path, tmp_path: Path) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text(plain.read_text() + "Équipe 1,2025-01,,1,5\n")
    assert "ragged.csv, line 290: more or fewer cells than the header has (4)" in refused(path)
