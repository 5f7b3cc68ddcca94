"""A study after it was judged, and the KPI that it was judged by."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.effects.panels import StudyPanel
from pipelines.effects.registrations import Registration
from pipelines.effects.returns import Money
from transfer.effect.card import EffectCard


@dataclass(frozen=True)
class Judged:
    """What may be published of one study: its card is withheld already. ``panel`` is None where there is none."""

    registration: Registration
    title: str
    card: EffectCard
    money: Money
    panel: StudyPanel | None
