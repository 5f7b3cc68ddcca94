"""The sentences of a card: what is estimated, and what may be concluded, in words that the verdict allows."""

from __future__ import annotations

from transfer.effect.card import Headline, Subject
from transfer.effect.design import Design, Verdict
from transfer.effect.figures import number
from transfer.effect.guard import Guard, Level
from transfer.effect.interrupted_series import without_claims


def estimand(subject: Subject, design: Design) -> str:
    """What the figure is: whose, of what, in which unit; without a comparison nothing is estimated."""
    if design in (Design.INTERRUPTED_SERIES, Design.NONE):
        return without_claims(f"None: {subject.outcome} is described as it went, and nothing is estimated.")
    wanted = {"up": "; more is better", "down": "; less is better", None: ""}[subject.better]
    measure = f" in {subject.measure}" if subject.measure else ""
    return (
        f"Average effect of {subject.programme} on those who were given it (ATT): {subject.outcome}{measure}, "
        f"per treated {subject.unit} and {subject.period}{wanted}."
    )


def concluded(subject: Subject, headline: Headline, verdict: Verdict, guards: tuple[Guard, ...]) -> str:
    """The one sentence that may be quoted."""
    if headline.estimate is None or verdict is Verdict.NOT_ESTIMABLE:
        return without_claims("Nothing can be said about what the training did: there is too little to compare with.")
    if verdict is Verdict.NOT_CREDIBLE:
        why = " ".join(guard.message for guard in guards if guard.level is Level.BLOCK)
        return f"The figures don't show what the training did. {why}".strip()
    if not headline.finds_something:
        return _nothing_larger(subject, headline)
    return _something(subject, headline, verdict)


def _nothing_larger(subject: Subject, headline: Headline) -> str:
    if headline.low is None or headline.high is None:
        return f"No interval can be given for the change in {subject.outcome}, so nothing is excluded."
    bound = max(abs(headline.low), abs(headline.high))
    return (
        f"No effect detected larger than {number(bound, subject.measure)} in {subject.outcome} "
        f"({_level(headline)} interval {_between(headline)})."
    )


def _something(subject: Subject, headline: Headline, verdict: Verdict) -> str:
    assert headline.estimate is not None
    size = f"{number(headline.estimate, subject.measure)} ({_level(headline)} interval {_between(headline)})"
    if subject.better:
        size += ", for the better" if (headline.estimate > 0) == (subject.better == "up") else ", for the worse"
    if verdict is Verdict.CREDIBLE:
        return f"With {subject.programme}, {subject.outcome} changed by {size}, against what it would have been."
    return (
        f"With {subject.programme}, {subject.outcome} changed by {size}, against the comparison; that the training "
        "did it is suggested and not shown."
    )


def _between(headline: Headline) -> str:
    return f"{number(headline.low)} to {number(headline.high)}"


def _level(headline: Headline) -> str:
    return f"{100 * headline.level:.3g} %"
