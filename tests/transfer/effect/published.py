"""Data and figures of others that the estimator is held against; tests skip where the data are absent."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from transfer.effect.long_table import Columns, panel_of
from transfer.effect.panel import Panel

DATA = Path(__file__).parents[4] / "shared" / "data" / "effects"


@cache
def table(name: str) -> pd.DataFrame:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"published data are not here: ../shared/data/effects/{name}")
    return pd.read_csv(path)


def mpdta() -> pd.DataFrame:
    """County teen employment, with the state of each county and the weight that R's reference run used."""
    frame = table("mpdta/mpdta.csv")
    return frame.assign(state=frame.countyreal // 1000, weight=1 + (frame.countyreal % 13) / 10)


def counties(
    frame: pd.DataFrame | None = None,
    cluster: str | None = None,
    covariates: tuple[str, ...] = (),
    weights: str | None = None,
) -> Panel:
    columns = Columns("countyreal", "year", "first.treat", "lemp", cluster, covariates, weights)
    return panel_of(mpdta() if frame is None else frame, columns)


def states() -> Panel:
    """The castle-doctrine panel: 50 states, two of them alone in their cohort."""
    return panel_of(table("castle/castle.csv"), Columns("state", "year", "effyear", "l_homicide"))


def earnings() -> Panel:
    """The job-training programme against the PSID controls, 1975 and 1978, in dollars, as a panel of two periods."""
    frame = table("wooldridge/jtrain3.csv").reset_index(names="id")
    years = [frame.assign(year=year, earned=frame[f"re{year - 1900}"] * 1000) for year in (1975, 1978)]
    both = pd.concat(years).assign(start=lambda rows: rows.train * 1978)
    columns = Columns("id", "year", "start", "earned", covariates=("age", "educ", "black", "married", "hisp", "re74"))
    return panel_of(both, columns)
