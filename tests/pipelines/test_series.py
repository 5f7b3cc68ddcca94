"""Files of one list are of one series, under whatever name they come: who isn't in the next one has left."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.settings import declarations
from tests.pipelines.test_bad_input import drop, land

STAFF = b"Employee number,Name\n1,Ann Berg\n2,Bob Cox\n"


def series_of_people(home: Home) -> dict[str, str]:
    """By the day of each list, the series that it landed in."""
    rows = pq.read_table(home.landed("people") / "hr_table").to_pylist()
    return {str(row["effective_date"]): row["series"] for row in rows}


def test_a_list_that_goes_on_under_another_name_stays_one_series_where_settings_say_so(home: Home) -> None:
    (home.root / "settings.yml").write_text("tools: {hr_table: {series: {Employees: staff 2024}}}", encoding="utf-8")
    for name in (
        "Staff januari 2025.csv",
        "staff_2025-02-01.csv",
        "employees_2025-03-01.csv",
        "workers_2025-04-01.csv",
    ):
        drop(home, f"hr_table/{name}", STAFF)
    assert not land(home, "hr_table").refused
    told = series_of_people(home)
    assert [told[f"2025-0{month}-01"] for month in (2, 3, 4)] == ["staff", "staff", "workers"]
    assert set(told.values()) == {"staff", "workers"}


def test_a_setting_that_is_no_names_is_refused(home: Home) -> None:
    (home.root / "settings.yml").write_text("tools: {hr_table: {series: staff}}", encoding="utf-8")
    with pytest.raises(SettingsError, match="series"):
        declarations(home)
