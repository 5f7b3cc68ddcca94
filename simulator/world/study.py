"""How one enrolment goes: whether it is begun, over how many sittings, with how many tries at the test, to what end.

    outlook (one row an enrolment) → sessions, attempts, completions (with the enrolment's row)

This is meant; leaving, or the end of the period, may still cut it short.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.world.chance import Array, at_work, logistic, logit

MONTH_OF_POPULARITY = 18
"""Months of presence after which a course's popularity is the chance that somebody has taken it."""

MAX_ATTEMPTS = 3
STARTS = 2.4, 0.7
"""Chance to begin at all, as logit: at a pull of 0, and what a pull of 1 adds."""


@dataclass(frozen=True)
class Outlook:
    """One place per enrolment. ``pull`` in logits; ``pass_mark`` is NaN where nothing is tested."""

    enrolled_at: Array
    minutes: Array
    modules: Array
    completion: Array
    pass_mark: Array
    mean_score: Array
    is_self_started: Array
    is_assigned: Array
    pull: Array


def plan(outlook: Outlook, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """The tables sessions, attempts and completions; ``row`` is the place in the outlook."""
    count = len(outlook.pull)
    will_start = outlook.is_self_started | (rng.random(count) < logistic(STARTS[0] + STARTS[1] * outlook.pull))
    will_finish = will_start & (rng.random(count) < logistic(logit(outlook.completion) + outlook.pull))
    sessions = _sessions(outlook, will_start, will_finish, rng)
    last = sessions.groupby("row").tail(1).set_index("row")
    ended = last["at"] + pd.to_timedelta((last["minutes"] * 60).astype(np.int64), unit="s")
    attempts = _attempts(outlook, will_start, will_finish, ended.reindex(np.arange(count)).to_numpy(), rng)
    return {
        "sessions": sessions,
        "attempts": attempts,
        "completions": _completions(outlook, will_finish, ended, attempts),
    }


def _sessions(outlook: Outlook, will_start: Array, will_finish: Array, rng: np.random.Generator) -> pd.DataFrame:
    """One row per sitting: a module or two at a time, over days or weeks, in order."""
    begun = np.flatnonzero(will_start)
    count = 1 + rng.binomial(outlook.modules[begun] - 1, 0.75)
    reached = np.where(will_finish[begun], 1.0, rng.uniform(0.1, 0.8, len(begun)))
    count = np.where(will_finish[begun], count, np.ceil(count * reached)).astype(np.int64)
    lag = rng.exponential(np.where(outlook.is_assigned[begun], 9.0, 4.0)) * ~outlook.is_self_started[begun]
    span = rng.lognormal(np.log(0.8 + outlook.minutes[begun] / 25), 0.7)
    rows, total = np.repeat(begun, count), int(count.sum())
    day = np.repeat(lag, count) + rng.random(total) * np.repeat(span, count)
    enrolled = outlook.enrolled_at[rows]
    at = at_work(enrolled.astype("M8[D]") + day.astype("timedelta64[D]"), rng)
    at = np.maximum(at, enrolled + rng.integers(60, 900, total).astype("timedelta64[s]"))
    order = np.lexsort((at, rows))
    at = at[order]
    ordinal = np.arange(total) - np.repeat(np.cumsum(count) - count, count) + 1
    share = np.repeat(reached, count)
    of = np.repeat(count, count)
    minutes = outlook.minutes[rows] / of * rng.uniform(0.6, 1.5, total)
    return pd.DataFrame(
        {
            "row": rows, "ordinal": ordinal, "at": at, "minutes": np.clip(np.round(minutes, 1), 1, 150),
            "progress": np.round(ordinal / of * share, 2), "previous_progress": np.round((ordinal - 1) / of * share, 2),
        }
    )  # fmt: skip


def _attempts(
    outlook: Outlook, will_start: Array, will_finish: Array, ended: Array, rng: np.random.Generator
) -> pd.DataFrame:
    """The tests: once after the last sitting, and again after a failed one, each try a little better."""
    ability = outlook.mean_score + 4 * outlook.pull + rng.normal(0, 7, len(outlook.pull))
    tested = ~np.isnan(outlook.pass_mark) & will_start & (will_finish | (rng.random(len(will_start)) < 0.25))
    waiting, at = np.flatnonzero(tested), ended[tested].astype("M8[s]")
    rounds = []
    for ordinal in range(1, MAX_ATTEMPTS + 1):
        # Who doesn't mean to finish gives up after one test, and took it without having learned enough.
        unready = np.where(will_finish[waiting], 0, 18)
        score = ability[waiting] + 6 * (ordinal - 1) - unready + rng.normal(0, 6, len(waiting))
        score = np.round(np.clip(score, 0, 100))
        at = at + rng.integers(300, 1500, len(waiting)).astype("timedelta64[s]")
        is_pass = score >= outlook.pass_mark[waiting]
        rounds.append(pd.DataFrame({"row": waiting, "ordinal": ordinal, "at": at, "score": score, "is_pass": is_pass}))
        again = ~is_pass & will_finish[waiting]
        waiting = waiting[again]
        at = at[again] + rng.integers(1, 96, len(waiting)).astype("timedelta64[h]")
    return pd.concat(rounds).sort_values(["row", "ordinal"], ignore_index=True)


def _completions(
    outlook: Outlook, will_finish: Array, ended: pd.Series[pd.Timestamp], attempts: pd.DataFrame
) -> pd.DataFrame:
    """An enrolment is complete when its last module is, or, where there is a test, when that is passed."""
    passed = attempts[attempts["is_pass"]].groupby("row")["at"].first()
    finished = ended[will_finish[ended.index.to_numpy()]]
    is_tested = ~np.isnan(outlook.pass_mark[finished.index.to_numpy()])
    at = finished.where(~is_tested, passed.reindex(finished.index)).dropna()
    best = attempts.groupby("row")["score"].max().reindex(at.index)
    return pd.DataFrame({"row": at.index.to_numpy(), "at": at.to_numpy().astype("M8[s]"), "score": best.to_numpy()})
