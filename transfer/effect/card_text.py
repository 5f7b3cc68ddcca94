"""The card for a terminal: plain text, at most 100 wide."""

from __future__ import annotations

import textwrap

from transfer.effect.card import EffectCard
from transfer.effect.card_rows import rows
from transfer.effect.figures import number
from transfer.effect.guard import Level

WIDTH, MARGIN = 100, 18
_MARK = {Level.PASS: "ok", Level.WARN: "warns", Level.BLOCK: "BLOCKS", Level.NOT_EVALUATED: "–"}


def render(card: EffectCard) -> str:
    """The whole card; ends with a newline."""
    subject = card.subject
    lines = [f"{subject.programme} → {subject.outcome}", "", f"VERDICT: {card.verdict.value.upper()}"]
    lines += textwrap.wrap(card.conclusion, WIDTH)
    if card.reasons:
        lines += ["", "Why not better"]
        lines += [line for reason in card.reasons for line in _item("-", reason)]
    for series in card.extra.get("series", ()):
        lines += ["", *textwrap.wrap(f"{series['unit']}: {series['told']}", WIDTH)]
    lines += [""] + [line for label, text in rows(card) for line in _row(label, text)]
    lines += _event_study(card)
    lines += ["", "Guards"]
    lines += [line for guard in card.guards for line in _row(_MARK[guard.level], f"{guard.name}: {guard.message}")]
    lines += ["", "What this rests on"] + [line for text in card.assumptions for line in _item("-", text)]
    return "\n".join(lines) + "\n"


def _row(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=f"{label:<{MARGIN}}", subsequent_indent=" " * MARGIN, break_long_words=False
    )


def _item(mark: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{mark} ", subsequent_indent="  ")


def _event_study(card: EffectCard) -> list[str]:
    if not card.event_study:
        return []
    period = card.subject.period
    lines = ["", f"By {period}s since the start (0 is the first treated {period})"]
    return lines + [
        f"{point.event_time:>6g}  {number(point.estimate):>9}   {number(point.low):>9} to {number(point.high)}"
        for point in card.event_study
    ]
