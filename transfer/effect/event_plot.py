"""The event study as SVG: each period's estimate with its interval, hollow before the start and solid from it on.

Drawn by hand, since a page that may be mailed, printed and archived can't fetch a script, and shape as well as colour
tells before from after.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from transfer.effect.card import Point
from transfer.effect.figures import number

WIDTH, HEIGHT = 760, 320
LEFT, RIGHT, TOP, BOTTOM = 74, 16, 18, 52


def event_plot(points: Sequence[Point], axis: str, period: str, is_level: bool = False) -> str:
    """An ``<svg>`` element; its title and description say what it shows to those who can't see it.

    ``axis`` names what is drawn. ``is_level``: the outcome as it was, which has no zero to be held against.
    """
    base = [] if is_level else [0.0]
    low = min([*base, *(point.low for point in points)])
    high = max([*base, *(point.high for point in points)])
    scale = _Scale(points[0].event_time, points[-1].event_time, low, high)
    told = "; ".join(f"{point.event_time:g}: {number(point.estimate)}" for point in points)
    return "".join([
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="plot-title plot-told">',
        f'<title id="plot-title">{escape(axis)}, by {escape(period)}s since the start</title>',
        f'<desc id="plot-told">{escape(told)}</desc>',
        *_grid(scale), *(_mark(scale, point) for point in points),
        f'<text class="axis" x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">'
        f"{escape(period.capitalize())}s since the start</text>",
        f'<text class="axis" transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" '
        f'text-anchor="middle">{escape(axis)}</text>', "</svg>",
    ])  # fmt: skip


class _Scale:
    """Where a value lies on the paper."""

    def __init__(self, first: float, last: float, low: float, high: float) -> None:
        self.first, self.last = first - 0.6, last + 0.6
        self.step = _nice((high - low or 1.0) / 5)
        self.low = math.floor(low / self.step) * self.step
        self.high = math.ceil(high / self.step) * self.step or self.step

    def x(self, time: float) -> float:
        return LEFT + (time - self.first) / (self.last - self.first) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)

    def levels(self) -> list[float]:
        return [self.low + place * self.step for place in range(round((self.high - self.low) / self.step) + 1)]

    def times(self) -> list[int]:
        """Whole event times, at most about twelve of them, 0 among them."""
        every = max(1, math.ceil((self.last - self.first) / 12))
        return [time for time in range(math.ceil(self.first), math.floor(self.last) + 1) if time % every == 0]


def _nice(rough: float) -> float:
    """1, 2 or 5 times a power of ten, not below ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * (1 - 1e-9))


def _grid(scale: _Scale) -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    found = []
    for level in scale.levels():
        kind = "zero" if abs(level) < scale.step / 2 else "grid"
        found.append(
            f'<line class="{kind}" x1="{LEFT}" x2="{right}" y1="{scale.y(level):.1f}" y2="{scale.y(level):.1f}"/>'
            f'<text class="tick" x="{LEFT - 8}" y="{scale.y(level) + 4:.1f}" text-anchor="end">'
            f"{number(0.0 if kind == 'zero' else level)}</text>"
        )
    for time in scale.times():
        found.append(
            f'<text class="tick" x="{scale.x(time):.1f}" y="{bottom + 18}" text-anchor="middle">{number(time)}</text>'
        )
    start = scale.x(-0.5)
    found.append(f'<line class="start" x1="{start:.1f}" x2="{start:.1f}" y1="{TOP}" y2="{bottom}"/>')
    found.append(f'<text class="tick" x="{start + 5:.1f}" y="{TOP + 10}">start</text>')
    return found


def _mark(scale: _Scale, point: Point) -> str:
    x, y = scale.x(point.event_time), scale.y(point.estimate)
    kind = "after" if point.event_time >= -1e-9 else "before"
    bar = (
        f'<line class="bar {kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{scale.y(point.low):.1f}" '
        f'y2="{scale.y(point.high):.1f}"/>'
    )
    told = f"{point.event_time:g}: {number(point.estimate)} ({number(point.low)} to {number(point.high)})"
    return f'<g><title>{escape(told)}</title>{bar}<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/></g>'
