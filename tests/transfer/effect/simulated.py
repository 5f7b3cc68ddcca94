"""Small panels of nothing but chance, and perhaps an effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from transfer.effect.panel import Floats, Integers, Panel

STARTS = np.array([4, 4, 4, 6, 6, 8, 8, 8, 0, 0, 0, 0, 0])


def panel(starts: Floats = STARTS, effect: float = 0.0, periods: int = 9, seed: int = 3) -> Panel:
    rng = np.random.default_rng(seed)
    outcome = (
        rng.normal(size=(len(starts), 1)) * 5 + rng.normal(size=(1, periods)) + rng.normal(size=(len(starts), periods))
    )
    treated = (np.arange(1, periods + 1)[None, :] >= starts[:, None]) & (starts > 0)[:, None]
    return Panel.of_arrays(outcome + effect * treated, starts)


def clustered(some: Panel, codes: Integers) -> Panel:
    return replace(some, cluster=codes, cluster_labels=tuple(str(code) for code in np.unique(codes)))
