"""The planted effects: what each programme truly did to its KPI, in every team and month.

A cell's effect is the KPI with the programme minus the KPI without it, everything else equal; both are known,
because contributions add (``simulator.world.transfer``). ``programmes.csv`` sums them up as an evaluation would
estimate them: the mean over treated team-months (simple ATT), and by months since the start (event time).
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd

from simulator.truth.tables import write_csv
from simulator.world.chronicle import Month
from simulator.world.transfer import Applied
from simulator.world.world import World

COLUMNS = (
    "programme_id", "kpi_id", "org_unit_id", "period_start", "event_time", "trained_share", "behaviour",
    "effect_direct", "effect_spillover", "effect", "value_without",
)  # fmt: skip


class Effects:
    """``effects.csv`` holds the cells; ``event_time`` is months since the team's start, empty for teams without one."""

    def __init__(self, to: Path, world: World) -> None:
        self.to, self.world = to, world
        self.teams = world.company.structure.teams
        firsts = {first: place for place, first in enumerate(world.period.first_days())}
        self.starts = [
            np.array([firsts[p.starts[team]] if team in p.starts else -1 for team in self.teams], dtype=np.int64)
            for p in world.programmes
        ]
        self.kpi_place = {kpi.kpi_id: place for place, kpi in enumerate(world.kpis)}
        self.cells: list[pd.DataFrame] = []
        with (to / "effects.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(COLUMNS)

    def month(self, month: Month) -> None:
        there = month.there.sizes(len(self.teams)) > 0
        frames = [self._cells(applied, month, there) for applied in month.applied]
        if not frames:
            return
        cells = pd.concat(frames, ignore_index=True)
        cells.to_csv(
            self.to / "effects.csv", mode="a", header=False, index=False, float_format="%.6g", lineterminator="\n"
        )
        self.cells.append(cells[cells["event_time"] >= 0][["programme_id", "event_time", "effect"]])

    def _cells(self, applied: Applied, month: Month, there: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pd.DataFrame:
        programme = self.world.programmes[applied.programme]
        start = self.starts[applied.programme]
        event_time = pd.array(np.where(start >= 0, month.there.ordinal - start, 0), dtype="Int64")
        event_time[start < 0] = pd.NA
        cells = pd.DataFrame(
            {
                "programme_id": programme.programme_id, "kpi_id": programme.kpi_id,
                "org_unit_id": np.array(self.teams, dtype=object), "period_start": month.there.first.isoformat(),
                "event_time": event_time, "trained_share": applied.trained, "behaviour": applied.behaviour,
                "effect_direct": applied.direct, "effect_spillover": applied.spillover, "effect": applied.effect,
                "value_without": month.expected[self.kpi_place[programme.kpi_id]],
            }
        )  # fmt: skip
        return cells[there]

    def close(self) -> None:
        """``programmes.csv`` and ``effects_by_event_time.csv``."""
        cells = pd.concat(self.cells) if self.cells else pd.DataFrame(columns=["programme_id", "event_time", "effect"])
        # As an evaluation counts: the month of the start itself is treated, whether or not anything shows yet.
        simple = cells.groupby("programme_id")["effect"].agg(["mean", "size"])
        write_csv(self.to / "programmes.csv", PROGRAMME_COLUMNS, [
            (
                place, p.programme_id, p.title, p.course_code, p.capability_id, p.kpi_id, p.shape, p.assignment,
                p.effect, p.adoption, p.forgetting, p.lag_months, p.opportunity, p.compliance, p.spillover, p.leaving,
                len(p.starts),
                f"{simple['mean'].get(p.programme_id, 0.0):.6g}", simple["size"].get(p.programme_id, 0),
            )
            for place, p in enumerate(self.world.programmes)
        ])  # fmt: skip
        by_time = cells.groupby(["programme_id", "event_time"])["effect"].agg(["mean", "size"]).reset_index()
        by_time.to_csv(self.to / "effects_by_event_time.csv", index=False, float_format="%.6g", lineterminator="\n")
        write_csv(self.to / "starts.csv", "programme_id org_unit_id start", [
            (p.programme_id, team, start) for p in self.world.programmes for team, start in sorted(p.starts.items())
        ])  # fmt: skip


PROGRAMME_COLUMNS = (
    "programme programme_id title course_code capability_id kpi_id shape assignment effect_at_full_behaviour adoption "
    "forgetting lag_months opportunity compliance spillover leaving teams true_att treated_team_months"
)
