"""Figures as people read them: three digits, a true minus, per cent with a space."""

from __future__ import annotations

MINUS = "\N{MINUS SIGN}"


def number(value: float | None, measure: str = "") -> str:
    """Three significant digits and the unit of measure; a dash where there is none."""
    if value is None:
        return "–"
    told = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{told.replace('-', MINUS)} {measure}".strip()


def percent(share: float | None) -> str:
    """A share in per cent, with a decimal only where it tells something."""
    return "not evaluated" if share is None else f"{share:.1%}".replace(".0%", "%").replace("%", " %")
