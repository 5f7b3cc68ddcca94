"""What people do with the catalogue: who takes what, how far they get, and how they score.

    people × offerings → enrolments → sessions → attempts → outcomes (cut off at leaving and at the period's end)

Each step is one vectorised draw over all rows. Teams differ (a culture that their lead makes), and people
differ (drive); both raise the chance to enrol and the chance to finish, so that completion varies by course
and by team. All instants are the company's local time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.world.catalogue import LRS, Offering
from simulator.world.company import Company
from simulator.world.period import Period, Streams
from simulator.world.structure import HEAD_POSITIONS

TEAM_SPREAD, PERSON_SPREAD = 0.55, 0.6
"""Standard deviations of team culture and personal drive, in logits."""

POPULARITY_TERM = pd.Timedelta(days=548)
"""How long a person must be there for a course's popularity to be the chance that they take it."""

MAX_ATTEMPTS = 3
DUE_DAYS = 45
"""Days that an assigned course gives."""


@dataclass(frozen=True)
class Behaviour:
    """Three tables, one below the other.

    enrolments: enrolment (the row number), person, offering (index in the catalogue), enrolled_at, due_at,
    started_at, completed_at, outcome (not_started, in_progress, abandoned, failed, completed), score (0–100).
    sessions: enrolment, ordinal, at, minutes, progress (0–1 after it).
    attempts: enrolment, ordinal, at, score (0–100), is_pass.
    """

    enrolments: pd.DataFrame
    sessions: pd.DataFrame
    attempts: pd.DataFrame


def behave(company: Company, offerings: tuple[Offering, ...], streams: Streams) -> Behaviour:
    """Everything that was learned in the period, by everybody who worked here for a while."""
    people = _learners(company, streams.of("drive"))
    courses = _courses(offerings)
    enrolments = _enrol(people, courses, company.period, streams.of("enrolment"))
    enrolments = _intend(enrolments, streams.of("intention"))
    sessions = _sessions(enrolments, streams.of("sessions"))
    attempts = _attempts(enrolments, sessions, streams.of("attempts"))
    return _outcomes(enrolments, sessions, attempts, company.period)


def _learners(company: Company, rng: np.random.Generator) -> pd.DataFrame:
    """One row per person: the stretch of employment in which they learn, their line, and the pull to learn.

    Who left and came back learns in the longer stretch only; a tool that forgot them is the rule.
    """
    jobs = pd.DataFrame([(j.person, j.unit_id, j.position, j.started, j.ended) for j in company.jobs])
    jobs.columns = pd.Index(["person", "unit_id", "position", "started", "ended"])
    end = pd.Timestamp(company.period.end) + pd.Timedelta(days=1)
    jobs["started"] = pd.to_datetime(jobs["started"]).astype("datetime64[s]")
    jobs["ended"] = pd.to_datetime(jobs["ended"]).astype("datetime64[s]").fillna(end)
    begins_anew = jobs["started"] != jobs.groupby("person")["ended"].shift()
    spells = jobs.assign(spell=begins_anew.cumsum()).groupby(["person", "spell"], as_index=False)
    spells = spells.agg({"started": "first", "ended": "last", "unit_id": "last", "position": "last"})
    spells["opens"] = spells["started"].clip(lower=pd.Timestamp(company.period.start))
    spells["length"] = spells["ended"] - spells["opens"]
    learners = spells.sort_values(["person", "length"]).groupby("person").tail(1)
    learners = learners[learners["length"] > pd.Timedelta(days=7)].reset_index(drop=True)
    lines = {unit.unit_id: unit.line for unit in company.structure.units}
    culture = dict(zip(lines, rng.normal(0, TEAM_SPREAD, len(lines)), strict=True))
    learners["line"] = learners["unit_id"].map(lines)
    learners["is_head"] = learners["position"].isin(HEAD_POSITIONS.values())
    learners["pull"] = learners["unit_id"].map(culture) + rng.normal(0, PERSON_SPREAD, len(learners))
    return learners


def _courses(offerings: tuple[Offering, ...]) -> pd.DataFrame:
    """What the draws need to know about each offering, one row each."""
    return pd.DataFrame(
        {
            "offering": index,
            "audience": offering.course.audience,
            "is_assigned": offering.is_assigned,
            "is_self_started": offering.tool == LRS,
            "year": offering.year or 0,
            "minutes": offering.course.minutes,
            "modules": offering.modules,
            "popularity": offering.course.popularity,
            "completion": offering.course.completion,
            "pass_mark": offering.course.pass_mark or np.nan,
            "mean_score": offering.course.mean_score,
        }
        for index, offering in enumerate(offerings)
    )


def _enrol(people: pd.DataFrame, courses: pd.DataFrame, period: Period, rng: np.random.Generator) -> pd.DataFrame:
    """Who takes what: every person against every offering of their audience, at most once each."""
    pairs = people.merge(courses, how="cross")
    pairs = pairs[_is_meant(pairs, period)]
    exposure = (pairs["length"] / POPULARITY_TERM).clip(upper=1)
    chosen = _logistic(_logit(pairs["popularity"].clip(upper=0.99)) + pairs["pull"]) * exposure
    chance = chosen.where(~pairs["is_assigned"], 1.0)
    pairs = pairs[rng.random(len(pairs)) < chance].reset_index(drop=True)
    pairs["enrolled_at"] = _enrolled_at(pairs, rng)
    inside = (pairs["enrolled_at"] < pairs["ended"]) & (pairs["enrolled_at"] <= pd.Timestamp(period.end))
    pairs = pairs[inside].sort_values(["enrolled_at", "person", "offering"], ignore_index=True)
    pairs["due_at"] = (pairs["enrolled_at"].dt.normalize() + pd.Timedelta(days=DUE_DAYS)).where(pairs["is_assigned"])
    pairs.insert(0, "enrolment", np.arange(len(pairs)))
    return pairs


def _is_meant(pairs: pd.DataFrame, period: Period) -> pd.Series[bool]:
    """The offering's audience holds the person."""
    audience = pairs["audience"]
    is_joiner = pairs["started"] >= pd.Timestamp(period.start)
    return (
        (audience == "")
        | (audience == pairs["line"])
        | ((audience == "heads") & pairs["is_head"])
        | ((audience == "joiners") & is_joiner)
    )


def _enrolled_at(pairs: pd.DataFrame, rng: np.random.Generator) -> pd.Series[pd.Timestamp]:
    """A free choice falls on any working day; joiners are assigned at once, a yearly course in its first weeks."""
    is_yearly = pairs["year"] > 0
    year = pairs["year"].where(is_yearly, 2000).astype(int)
    opens = pairs["opens"].where(~is_yearly, np.maximum(pairs["opens"], _day_of(year, month=3)))
    # Who comes in December or later gets the next year's course, and not this one.
    is_too_late = is_yearly & (opens >= _day_of(year, month=12))
    spread = pairs["length"].dt.days.where(~pairs["is_assigned"], 10)
    at = _at_work(opens + pd.to_timedelta((rng.random(len(pairs)) * spread).astype(int), unit="D"), rng)
    return at.where(~is_too_late)


def _day_of(year: pd.Series[int], month: int) -> pd.Series[pd.Timestamp]:
    return pd.to_datetime({"year": year, "month": month, "day": 1})


def _intend(enrolments: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """How far each enrolment is meant to go, before leaving, failing or the period's end cut it short."""
    count = len(enrolments)
    starts = _logistic(2.4 + 0.7 * enrolments["pull"])
    will_start = enrolments["is_self_started"] | (rng.random(count) < starts)
    finishes = _logistic(_logit(enrolments["completion"]) + enrolments["pull"])
    will_finish = will_start & (rng.random(count) < finishes)
    lag = rng.exponential(np.where(enrolments["is_assigned"], 9.0, 4.0)) * ~enrolments["is_self_started"]
    ability = enrolments["mean_score"] + 4 * enrolments["pull"] + rng.normal(0, 7, count)
    return enrolments.assign(will_start=will_start, will_finish=will_finish, lag=lag, ability=ability)


def _sessions(enrolments: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One row per sitting: a module or two at a time, over days or weeks, in order."""
    begun = enrolments[enrolments["will_start"]]
    count = 1 + rng.binomial(begun["modules"].to_numpy() - 1, 0.75)
    reached = np.where(begun["will_finish"], 1.0, rng.uniform(0.1, 0.8, len(begun)))
    count = np.where(begun["will_finish"], count, np.ceil(count * reached)).astype(int)
    span = rng.lognormal(np.log(0.8 + begun["minutes"] / 25), 0.7)
    needed = ["enrolment", "enrolled_at", "lag", "minutes"]
    sessions = begun.loc[begun.index.repeat(count), needed].reset_index(drop=True)
    day = sessions["lag"] + rng.random(len(sessions)) * np.repeat(span, count)
    sessions["at"] = _at_work(sessions["enrolled_at"].dt.normalize() + pd.to_timedelta(day.astype(int), unit="D"), rng)
    not_before = sessions["enrolled_at"] + pd.to_timedelta(rng.integers(60, 900, len(sessions)), unit="s")
    sessions["at"] = np.maximum(sessions["at"], not_before)
    sessions = sessions.sort_values(["enrolment", "at"], ignore_index=True)
    sessions["ordinal"] = sessions.groupby("enrolment").cumcount() + 1
    repeated = np.repeat(count, count)
    sessions["progress"] = (sessions["ordinal"] / repeated * np.repeat(reached, count)).round(2)
    sessions["minutes"] = (sessions["minutes"] / repeated * rng.uniform(0.6, 1.5, len(sessions))).round(1).clip(1, 150)
    return sessions[["enrolment", "ordinal", "at", "minutes", "progress"]]


def _attempts(enrolments: pd.DataFrame, sessions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The tests: once after the last sitting, and again after a failed one, each try a little better."""
    last = sessions.groupby("enrolment").tail(1).set_index("enrolment")
    tested = enrolments[enrolments["pass_mark"].notna() & enrolments["will_start"]]
    tested = tested[tested["will_finish"] | (rng.random(len(tested)) < 0.25)]
    ended = last["at"] + pd.to_timedelta(last["minutes"], unit="min")
    at = ended.reindex(tested["enrolment"]).reset_index(drop=True).dt.floor("s")
    rounds = []
    waiting = tested.assign(at=at.to_numpy())
    for ordinal in range(1, MAX_ATTEMPTS + 1):
        # Who doesn't mean to finish gives up after one test, and took it without having learned enough.
        unready = np.where(waiting["will_finish"], 0, 18)
        score = waiting["ability"] + 6 * (ordinal - 1) - unready + rng.normal(0, 6, len(waiting))
        score = score.clip(0, 100).round(0)
        taken = waiting["at"] + pd.to_timedelta(rng.integers(300, 1500, len(waiting)), unit="s")
        done = waiting.assign(ordinal=ordinal, at=taken, score=score, is_pass=score >= waiting["pass_mark"])
        rounds.append(done[["enrolment", "ordinal", "at", "score", "is_pass"]])
        again = done[~done["is_pass"] & done["will_finish"]]
        waiting = again.assign(at=again["at"] + pd.to_timedelta(rng.integers(1, 96, len(again)), unit="h"))
    return pd.concat(rounds).sort_values(["enrolment", "ordinal"], ignore_index=True)


def _outcomes(enrolments: pd.DataFrame, sessions: pd.DataFrame, attempts: pd.DataFrame, period: Period) -> Behaviour:
    """Drop what leaving or the period's end prevented, then read from what is left how each enrolment ended."""
    closes = np.minimum(enrolments["ended"], pd.Timestamp(period.end) + pd.Timedelta(hours=23))
    over = sessions["at"] + pd.to_timedelta(sessions["minutes"], unit="min")
    sessions = sessions[over < closes.loc[sessions["enrolment"]].to_numpy()].reset_index(drop=True)
    attempts = attempts[attempts["at"] < closes.loc[attempts["enrolment"]].to_numpy()].reset_index(drop=True)
    reached = _reached(sessions, attempts).reindex(enrolments["enrolment"])
    facts = pd.DataFrame({name: reached[name].to_numpy() for name in ("started_at", "score")})
    is_tested = enrolments["pass_mark"].notna()
    done_at = reached["passed_at"].where(is_tested.to_numpy(), reached["finished_at"])
    facts["completed_at"] = done_at.where(reached["finished_at"].notna()).to_numpy()
    recent = reached["last_at"].to_numpy() > np.datetime64(period.end) - np.timedelta64(30, "D")
    has_failed = facts["score"].notna() & reached["passed_at"].isna().to_numpy()
    reasons = [facts["started_at"].isna(), facts["completed_at"].notna(), has_failed, recent]
    facts["outcome"] = np.select(reasons, ["not_started", "completed", "failed", "in_progress"], "abandoned")
    kept = ["enrolment", "person", "offering", "enrolled_at", "due_at"]
    told = facts[["started_at", "completed_at", "outcome", "score"]]
    return Behaviour(pd.concat([enrolments[kept], told], axis="columns"), sessions, attempts)


def _reached(sessions: pd.DataFrame, attempts: pd.DataFrame) -> pd.DataFrame:
    """What is left of each enrolment, by its number; ``finished_at`` and ``passed_at`` only where that was reached."""
    by_enrolment = sessions.groupby("enrolment")
    last = by_enrolment.tail(1).set_index("enrolment")
    finished_at = (last["at"] + pd.to_timedelta(last["minutes"], unit="min")).dt.floor("s").where(last["progress"] >= 1)
    passed_at = attempts[attempts["is_pass"]].groupby("enrolment")["at"].first().reindex(last.index)
    return pd.DataFrame(
        {
            "started_at": by_enrolment["at"].first(),
            "last_at": last["at"],
            "finished_at": finished_at,
            "passed_at": passed_at,
            "score": attempts.groupby("enrolment")["score"].max(),
        }
    )


def _at_work(days: pd.Series[pd.Timestamp], rng: np.random.Generator) -> pd.Series[pd.Timestamp]:
    """An instant on that day: mostly in working hours, now and then in the evening; few weekends stay weekends."""
    to_monday = (7 - days.dt.day_of_week).where((days.dt.day_of_week > 4) & (rng.random(len(days)) < 0.85), 0)
    is_office = rng.random(len(days)) < 0.9
    hours = np.where(is_office, rng.uniform(8, 17.5, len(days)), rng.uniform(18, 22, len(days)))
    seconds = (hours * 3600).astype(int)
    at = days.dt.normalize() + pd.to_timedelta(to_monday, unit="D") + pd.to_timedelta(seconds, unit="s")
    return at.astype("datetime64[s]")


def _logit(share: pd.Series[float]) -> pd.Series[float]:
    return np.log(share / (1 - share))


def _logistic(logit: pd.Series[float]) -> pd.Series[float]:
    return 1 / (1 + np.exp(-logit))
