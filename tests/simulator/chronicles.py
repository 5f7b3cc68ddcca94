"""A company's months, all of them in memory, to be asked as tables."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from simulator.recipe import load
from simulator.world.chronicle import Chronicle, Month
from simulator.world.world import World, build_world


class Told:
    """One simulated company, month by month."""

    def __init__(self, recipe: str, **asked: Any) -> None:
        self.world: World = build_world(load(recipe, **asked))
        self.chronicle = Chronicle(self.world)
        self.months: list[Month] = list(self.chronicle)
        self.all = cache(self._all)

    def _all(self, table: str) -> pd.DataFrame:
        return pd.concat([month.happened[table] for month in self.months], ignore_index=True)
