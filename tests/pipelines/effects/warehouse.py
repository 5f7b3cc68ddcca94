"""A warehouse of a few tables, with what a study reads of it: teams, their KPI, who was trained, and the workbook."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np
import pandas as pd

MONTHS = [date(2024 + month // 12, month % 12 + 1, 1) for month in range(25)]


@dataclass
class SmallWarehouse:
    """``teams`` teams over 24 months; ``starts``: team → month (0 to 23) of its planned start.

    ``effect`` is added to the KPI from the month after the start on (lag 30 days). ``missing``: (team, month) cells of
    which nobody tells. ``redefined``: month from which another definition measures.
    """

    teams: int = 24
    starts: dict[int, int] = field(default_factory=lambda: {team: (8, 10, 12)[team % 3] for team in range(12)})
    effect: float = 2.0
    missing: frozenset[tuple[int, int]] = frozenset()
    redefined: int | None = None
    registered: date | None = date(2024, 2, 1)
    assignment: str = "randomised"
    unmatched_share: float = 0.0
    trained_controls: float = 0.0
    seed: int = 2

    def build(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        for schema in ("intermediate", "marts", "metrics"):
            connection.execute(f"create schema {schema}")
        tables = {
            "intermediate.int_pilot_planned": self._planned(),
            "intermediate.int_kpi_panel": self._panel(),
            "intermediate.int_initiative_activity": pd.DataFrame({"initiative_id": ["I"], "activity_key": ["a"]}),
            "intermediate.int_training_exposure": pd.DataFrame(
                {"initiative_id": "I", "person_key": range(90), "first_exposed_date": pd.Timestamp("2024-09-15")}
            ),
            "marts.fct_training_exposure": self._exposure(),
            "marts.fct_headcount_monthly": self._headcount(),
            "marts.dim_org_unit": self._units(),
            "marts.dim_initiative": pd.DataFrame(
                {"initiative_id": ["I"], "initiative": ["Steady hands"], "valid_from": [pd.Timestamp("2024-01-01")]}
            ),
            "marts.dim_kpi": self._kpi(),
            "marts.dim_person": self._persons(),
            "marts.fct_enrolment": pd.DataFrame({"activity_key": "a", "person_key": range(100)}),
            "marts.fct_learning_event": pd.DataFrame({"activity_key": "a", "person_key": range(100)}),
            "marts.fct_learning_cost": self._costs(),
        }
        for name, frame in tables.items():
            connection.register("frame", frame)
            connection.execute(f"create table {name} as select * from frame")
            connection.unregister("frame")
        return connection

    def _planned(self) -> pd.DataFrame:
        teams = list(self.starts)
        return pd.DataFrame(
            {
                "initiative_id": "I", "kpi_id": "k", "org_unit_id": [f"T{team:02}" for team in teams],
                "org_unit_key": [f"key{team}" for team in teams], "start_order": 1,
                "planned_start_date": [pd.Timestamp(MONTHS[self.starts[team]]) for team in teams],
                "window_days": 180, "lag_days": 30, "assignment": self.assignment,
                "registered_date": pd.Timestamp(self.registered) if self.registered else pd.NaT,
                "told_since": pd.Timestamp("2024-02-02"),
            }
        )  # fmt: skip

    def _panel(self) -> pd.DataFrame:
        rng = np.random.default_rng(self.seed)
        rows = []
        for team in range(self.teams):
            noise = rng.normal(0, 0.5, 24) + rng.normal(0, 1)
            for month in range(24):
                is_treated = team in self.starts and month > self.starts[team]
                version = "2" if self.redefined is not None and month >= self.redefined else "1"
                is_told = (team, month) not in self.missing
                rows.append(
                    {
                        "kpi_id": "k", "definition_version": version, "period_grain": "month",
                        "org_unit_key": f"key{team}", "period_number": month + 1,
                        "period_start": pd.Timestamp(MONTHS[month]), "period_end": pd.Timestamp(MONTHS[month + 1]),
                        "value": 30 + noise[month] + self.effect * is_treated if is_told else np.nan,
                        "denominator": np.nan, "cell_state": "observed" if is_told else "missing",
                        "first_told_at": pd.Timestamp(MONTHS[month + 1]) + pd.Timedelta(days=3),
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    def _exposure(self) -> pd.DataFrame:
        first = min(self.starts.values(), default=0)
        return pd.DataFrame(
            [
                {
                    "initiative_id": "I", "org_unit_key": f"key{team}", "month_start": pd.Timestamp(MONTHS[month]),
                    "roster_persons": 10, "roster_left": 1,
                    "dose_share": 0.9 if month >= self.starts.get(team, 99) else 0.0, "average_headcount": 10.0,
                    "exposed_headcount": 9.0 if month >= self.starts.get(team, 99) else 10 * self.trained_controls,
                }
                for team in range(self.teams)
                for month in range(first, 24)
            ]
        )  # fmt: skip

    def _headcount(self) -> pd.DataFrame:
        cells = [(f"key{team}", pd.Timestamp(month)) for team in range(self.teams) for month in MONTHS[:24]]
        return pd.DataFrame(cells, columns=["org_unit_key", "month_start"]).assign(persons=10)

    def _units(self) -> pd.DataFrame:
        teams = range(self.teams)
        return pd.DataFrame(
            {
                "org_unit_key": [f"key{team}" for team in teams], "org_unit_id": [f"T{team:02}" for team in teams],
                "parent_org_unit_id": [f"D{team}" for team in teams], "valid_from": pd.Timestamp("1900-01-01"),
                "valid_to": pd.Timestamp("9999-12-31"),
            }
        )  # fmt: skip

    def _kpi(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "kpi_id": ["k"], "kpi": ["Lead time"], "definition_version": ["1"], "unit_name": ["hours"],
                "direction": ["up"], "aggregation": ["mean"], "unit_value": [100.0], "currency": ["EUR"],
                "valid_from": [pd.Timestamp("2024-01-01")], "valid_to": [pd.Timestamp("9999-12-31")],
            }
        )  # fmt: skip

    def _persons(self) -> pd.DataFrame:
        unmatched = round(100 * self.unmatched_share)
        return pd.DataFrame(
            {"person_key": range(100), "identity_state": ["unmatched"] * unmatched + ["resolved"] * (100 - unmatched)}
        )

    def _costs(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "activity_key": ["a", "a"], "cost_type": ["direct", "opportunity"], "amount": [4000.0, 2000.0],
                "currency": "EUR", "period_start": pd.Timestamp("2024-09-01"), "period_end": pd.Timestamp("2024-10-01"),
            }
        )  # fmt: skip
