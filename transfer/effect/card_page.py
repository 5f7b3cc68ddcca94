"""The card as one HTML page: nothing fetched, nothing run, readable on paper and by a screen reader."""

from __future__ import annotations

from html import escape

from transfer.effect.card import EffectCard
from transfer.effect.card_rows import rows
from transfer.effect.design import Verdict
from transfer.effect.event_plot import event_plot
from transfer.effect.figures import number
from transfer.effect.guard import Guard, Level

_MARK = {Level.PASS: "✓ holds", Level.WARN: "! warns", Level.BLOCK: "✕ blocks", Level.NOT_EVALUATED: "– not evaluated"}
_MEANING = {
    Verdict.CREDIBLE: "The comparison holds up to everything that was checked.",
    Verdict.SUGGESTIVE: "The figures point somewhere; something else may explain them.",
    Verdict.NOT_CREDIBLE: "Something that was checked says that the figures don't show what the training did.",
    Verdict.NOT_ESTIMABLE: "Without a comparison there is no estimate.",
}


def render(card: EffectCard) -> str:
    """A whole document. Of a card that is published, pass what `card.withheld` returns."""
    subject = card.subject
    title = f"{subject.programme} → {subject.outcome}"
    return "".join([
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Effect card: {escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f'<header><p class="kind">Effect card</p><h1>{escape(title)}</h1></header>',
        _verdict(card), _plot(card), _facts(card), _guards(card.guards), _assumptions(card),
        "</main></body></html>\n",
    ])  # fmt: skip


def _verdict(card: EffectCard) -> str:
    kind = card.verdict.value.replace(" ", "-")
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in card.reasons)
    why = f"<h3>Why not better</h3><ul>{reasons}</ul>" if reasons else ""
    unseen = len(card.not_evaluated)
    checked = f"{len(card.guards) - unseen} of {len(card.guards)} guards could be evaluated." if unseen else ""
    return (
        f'<section class="verdict {kind}" aria-label="Verdict"><p class="stamp">{escape(card.verdict.value)}</p>'
        f'<p class="conclusion">{escape(card.conclusion)}</p><p>{_MEANING[card.verdict]} {checked}</p>{why}</section>'
    )


def _plot(card: EffectCard) -> str:
    if not card.event_study:
        return ""
    period = escape(card.subject.period)
    is_level = "series" in card.extra
    axis = _named(card.subject.outcome if is_level else "Change against the comparison", card.subject.measure)
    caption = _caption(card, is_level)
    body = "".join(
        f"<tr><th scope=row>{number(point.event_time)}</th><td>{number(point.estimate)}</td>"
        f"<td>{number(point.low)} to {number(point.high)}</td></tr>"
        for point in card.event_study
    )
    return (
        f"<section><h2>By {period}s since the start</h2>"
        f"<figure>{event_plot(card.event_study, axis, card.subject.period, is_level)}"
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        f"<details><summary>The same as a table</summary><table><thead><tr><th scope=col>{period.capitalize()}</th>"
        f"<th scope=col>Estimate</th><th scope=col>Interval</th></tr></thead><tbody>{body}</tbody></table></details>"
        "</section>"
    )


def _caption(card: EffectCard, is_level: bool) -> str:
    if is_level:
        return "As it went. Hollow: before the start. With nobody to compare with, nothing is drawn beside it."
    told = "Hollow: before the start, where nothing should differ from zero. Solid: from the start on."
    if all(point.low == point.high for point in card.event_study):
        return told
    return f"{told} Bars: {100 * card.headline.level:.3g} % intervals, each for its own {card.subject.period} only."


def _named(what: str, measure: str) -> str:
    return f"{what}, {measure}" if measure else what


def _facts(card: EffectCard) -> str:
    told = "".join(f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>" for label, text in rows(card))
    stories = "".join(f"<p>{escape(one['told'])}</p>" for one in card.extra.get("series", ()))
    return f"<section><h2>What was estimated, and how</h2>{stories}<dl>{told}</dl></section>"


def _guards(guards: tuple[Guard, ...]) -> str:
    order = (Level.BLOCK, Level.WARN, Level.PASS, Level.NOT_EVALUATED)
    body = "".join(
        f'<tr class="{guard.level.value.replace(" ", "-")}"><td>{_MARK[guard.level]}</td>'
        f"<th scope=row>{escape(guard.name.replace('_', ' '))}</th>"
        f"<td>{escape(guard.message)}<small>{escape(guard.threshold)}</small></td></tr>"
        for guard in sorted(guards, key=lambda guard: order.index(guard.level))
    )
    return (
        "<section><h2>What was checked</h2><table><thead><tr><th scope=col>Result</th><th scope=col>Guard</th>"
        f"<th scope=col>Found</th></tr></thead><tbody>{body}</tbody></table></section>"
    )


def _assumptions(card: EffectCard) -> str:
    told = "".join(f"<li>{escape(text)}</li>" for text in card.assumptions)
    return f"<section><h2>What this rests on</h2><ul>{told}</ul></section>"


_STYLE = """
:root{--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--paper:#fff;--mark:#1f5fa8;--good:#1d6b45;--fair:#8a5a00;--bad:#a32020}
*{box-sizing:border-box}
body{margin:0;background:#f4f5f7;color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:52rem;margin:2rem auto;padding:2rem 2.5rem;background:var(--paper);border:1px solid var(--line)}
h1{margin:0 0 1.2rem;font-size:1.7rem;line-height:1.2}
h2{margin:2.2rem 0 .7rem;font-size:1.1rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
h3{margin:.8rem 0 .2rem;font-size:.95rem}
.kind{margin:0;color:var(--soft);font-size:.85rem}
.verdict{border-left:6px solid var(--fair);padding:.9rem 1.2rem;background:#fafbfc}
.verdict p{margin:.25rem 0}
.verdict ul{margin:.2rem 0;padding-left:1.2rem}
.stamp{font-weight:700;font-size:1.15rem;color:var(--fair)}
.stamp::first-letter{text-transform:uppercase}
.conclusion{font-size:1.1rem}
.credible{border-color:var(--good)}.credible .stamp{color:var(--good)}
.not-credible,.not-estimable{border-color:var(--bad)}
.not-credible .stamp,.not-estimable .stamp{color:var(--bad)}
figure{margin:0}
svg{width:100%;height:auto;display:block}
svg text{font-size:12px;fill:var(--soft)}
svg .axis{fill:var(--ink);font-size:13px}
svg .grid{stroke:var(--line)}
svg .zero{stroke:var(--ink)}
svg .start{stroke:var(--soft);stroke-dasharray:4 4}
svg .bar{stroke-width:2}
svg .bar.before{stroke:var(--soft)}
svg .bar.after{stroke:var(--mark)}
svg circle.before{fill:var(--paper);stroke:var(--soft);stroke-width:2}
svg circle.after{fill:var(--mark);stroke:var(--mark);stroke-width:2}
figcaption,small,summary{color:var(--soft);font-size:.85rem}
dl{display:grid;grid-template-columns:10rem 1fr;gap:.45rem 1rem;margin:0}
dt{color:var(--soft)}
dd{margin:0}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line)}
tbody th{font-weight:600}
thead th{color:var(--soft);font-weight:400}
tbody td:first-child{white-space:nowrap}
td small{display:block}
tr.block td:first-child{color:var(--bad);font-weight:700}
tr.warn td:first-child{color:var(--fair);font-weight:700}
tr.pass td:first-child{color:var(--good)}
tr.not-evaluated{color:var(--soft)}
@media (max-width:40rem){main{margin:0;padding:1rem;border:0}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.6rem}}
@media print{body{background:none;font-size:11pt}main{margin:0;padding:0;border:0;max-width:none}
section,tr{break-inside:avoid}*{print-color-adjust:exact}}
"""
