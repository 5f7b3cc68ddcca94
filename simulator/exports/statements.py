"""What the LRS was told: the statements that three players sent about what people did there.

    behaviour → Recorded statements (built with tincan) + planted ones: late, voided, invalid

tincan builds and types; it does not judge (it accepts a scaled score of 1.2 and an actor with two
identifiers), which is what makes the invalid statements possible.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import tincan

from simulator.exports.files import ZONE
from simulator.world.accounts import IDENTITY_PROVIDER, Actor
from simulator.world.behaviour import Behaviour
from simulator.world.catalogue import ACADEMY, LRS, Offering
from simulator.world.period import Period, Streams

CATALOGUE_CODE = f"{ACADEMY}/xapi/extensions/catalogue-code"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
ADL = "http://adlnet.gov/expapi"

LATE_SHARE = 0.025
"""Enrolments that were done on an offline player, which delivers weeks later."""
VOID_SHARE = 0.03
"""Unfinished enrolments that were marked as completed by mistake, which an administrator then voided."""
VOID_BEFORE_TARGET_EVERY = 4
"""Each so many of these voids, the first among them, reaches the LRS before the mistake does."""
VOID_TERM = timedelta(days=20)
"""How long such a mistake is on its way."""

NORMAL, LATE, MISTAKE, VOID, INVALID = "normal", "late", "voided", "void", "invalid"


@dataclass(frozen=True)
class Recorded:
    """One statement as the LRS holds it. ``role`` says what was planted; ``detail`` names a rule or a target."""

    stored: datetime
    statement: dict[str, Any]
    role: str
    person: int | None
    offering: int | None
    detail: str = ""

    @property
    def statement_id(self) -> str:
        return str(self.statement["id"])

    @property
    def verb(self) -> str:
        """Last part of the verb's IRI."""
        return str(self.statement["verb"]["id"]).rsplit("/", 1)[-1]


class Player:
    """Builds statements; ids come from the stream, so that they are the same for the same seed."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.activity = cache(_activity)
        self.agent = cache(_agent)

    def new_id(self) -> str:
        return str(uuid.UUID(bytes=self.rng.bytes(16), version=4))

    def statement(
        self, who: tincan.Agent, verb: str, what: tincan.Activity | tincan.StatementRef, at: datetime,
        stored: datetime, result: tincan.Result | None = None, context: tincan.Context | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """A statement as JSON value. ``at`` is local and naive; it is sent with its offset and milliseconds."""
        moment = at.replace(tzinfo=ZONE, microsecond=int(self.rng.integers(1000)) * 1000)
        optional = {name: part for name, part in (("result", result), ("context", context)) if part is not None}
        built = tincan.Statement(
            id=self.new_id(), actor=who, verb=_verb(verb), object=what, timestamp=moment, stored=_utc(stored),
            version="1.0.0", authority=_authority(), **optional,
        )  # fmt: skip
        return dict(built.as_version())


def record(
    behaviour: Behaviour, offerings: tuple[Offering, ...], actors: tuple[Actor, ...], period: Period, streams: Streams
) -> list[Recorded]:
    """Every statement that the LRS stored in the period, in the order in which it stored them."""
    rng = streams.of("statements")
    player = Player(rng)
    closes = datetime.combine(period.end, time(23, 59, 59))
    sessions = dict(tuple(behaviour.sessions.groupby("enrolment")))
    attempts = dict(tuple(behaviour.attempts.groupby("enrolment")))
    is_lrs = [offerings[index].tool == LRS for index in behaviour.enrolments["offering"]]
    known = behaviour.enrolments[is_lrs].dropna(subset=["started_at"])
    recorded: list[Recorded] = []
    for row in known.itertuples():
        tried = attempts.get(row.enrolment)
        told = list(_tell(player, actors[row.person], row, offerings[row.offering], sessions[row.enrolment], tried))
        if rng.random() < LATE_SHARE:
            told = [_delayed(one, rng.uniform(10, 45), closes) for one in told]
        recorded += told
    for ordinal, (row, at) in enumerate(_mistaken(known, behaviour.sessions, closes, rng)):
        is_early = ordinal % VOID_BEFORE_TARGET_EVERY == 0
        recorded += _mistake(player, actors[row.person], row, offerings[row.offering], at, is_early)
    return sorted(recorded, key=lambda one: (one.stored, one.statement_id))


def _mistaken(
    known: pd.DataFrame, sessions: pd.DataFrame, closes: datetime, rng: np.random.Generator
) -> list[tuple[Any, datetime]]:
    """Unfinished enrolments that somebody marks as completed two hours after the last sitting, and that instant.

    Only those that leave time for the mistake and its voiding to arrive in the period; at least two of them.
    """
    marked_at = known["enrolment"].map(sessions.groupby("enrolment")["at"].last()) + pd.Timedelta(hours=2)
    open_ended = known[(known["outcome"] != "completed") & (marked_at + VOID_TERM < closes)]
    count = min(len(open_ended), max(2, round(VOID_SHARE * len(open_ended))))
    chosen = open_ended.iloc[np.sort(rng.choice(len(open_ended), count, replace=False))]
    return [(row, marked_at[row.Index].to_pydatetime()) for row in chosen.itertuples()]


def _tell(
    player: Player, actor: Actor, row: Any, offering: Offering, sessions: pd.DataFrame, attempts: pd.DataFrame | None
) -> Iterator[Recorded]:
    """initialized, then per sitting experienced and progressed, then passed or failed, then completed."""
    who, course, registration = player.agent(actor, offering.platform), player.activity(offering, 0), player.new_id()
    context, part_context = _context(registration), _context(registration, course)

    def recorded(verb: str, what: tincan.Activity, at: datetime, result: tincan.Result | None = None) -> Recorded:
        stored = at + timedelta(seconds=int(player.rng.integers(1, 40)))
        statement = player.statement(who, verb, what, at, stored, result, context if what is course else part_context)
        return Recorded(stored, statement, NORMAL, row.person, row.offering)

    yield recorded("initialized", course, row.started_at.to_pydatetime())
    for sitting in sessions.itertuples():
        at, part = sitting.at.to_pydatetime(), min(sitting.ordinal, offering.modules)
        yield recorded(
            "experienced",
            player.activity(offering, part),
            at + timedelta(seconds=20),
            tincan.Result(duration=_minutes(sitting.minutes)),
        )
        percent = tincan.Result(extensions=tincan.Extensions({PROGRESS: round(sitting.progress * 100)}))
        yield recorded("progressed", course, at + timedelta(minutes=sitting.minutes), percent)
    for attempt in attempts.itertuples() if attempts is not None else ():
        yield recorded(
            "passed" if attempt.is_pass else "failed",
            course,
            attempt.at.to_pydatetime(),
            _score(attempt.score, bool(attempt.is_pass)),
        )
    if not pd.isna(row.completed_at):
        result = tincan.Result(completion=True, duration=_minutes(sessions["minutes"].sum()))
        yield recorded("completed", course, row.completed_at.to_pydatetime() + timedelta(seconds=2), result)


def _mistake(
    player: Player, actor: Actor, row: Any, offering: Offering, at: datetime, is_early: bool
) -> list[Recorded]:
    """A completion that never was, and the statement that voids it: days later, or, early, while it is on its way."""
    stored, voided = (at + VOID_TERM, at + timedelta(days=9)) if is_early else (at, at + timedelta(days=4))
    who, course = player.agent(actor, offering.platform), player.activity(offering, 0)
    result, context = tincan.Result(completion=True), _context(player.new_id())
    wrong = player.statement(who, "completed", course, at, stored, result, context)
    void = player.statement(_administrator(), "voided", tincan.StatementRef(id=wrong["id"]), voided, voided)
    detail = "void_before_target" if is_early else ""
    return [
        Recorded(stored, wrong, MISTAKE, row.person, row.offering, detail),
        Recorded(voided, void, VOID, None, None, wrong["id"]),
    ]


def _delayed(one: Recorded, days: float, closes: datetime) -> Recorded:
    stored = max(one.stored, min(one.stored + timedelta(days=days), closes)).replace(microsecond=0)
    return replace(one, stored=stored, statement={**one.statement, "stored": _utc(stored).isoformat()}, role=LATE)


def broken_copy(one: Recorded, rule: str, new_id: str) -> Recorded:
    """The same statement under another id, wrong in exactly one way: ``rule`` is the validator's name for it."""
    if rule == "score_scaled":
        fields: dict[str, Any] = {"result": tincan.Result(score=tincan.Score(scaled=1.2)).as_version()}
    elif rule == "one_identifier":
        fields = {"actor": tincan.Agent(mbox="mailto:someone@mailbox.example.org", mbox_sha1sum="0" * 40).as_version()}
    elif rule == "timestamp":
        fields = {"timestamp": one.statement["timestamp"][:19] + "-00:00"}
    else:
        raise ValueError(f"no statement can be broken by the rule {rule!r}; known: {', '.join(BREAKABLE)}")
    return replace(one, statement={**one.statement, **fields, "id": new_id}, role=INVALID, detail=rule)


BREAKABLE = ("score_scaled", "one_identifier", "timestamp")


def _agent(actor: Actor, platform: str) -> tincan.Agent:
    if platform == "account":
        return tincan.Agent(account=tincan.AgentAccount(home_page=IDENTITY_PROVIDER, name=actor.account_name))
    if platform == "mbox":
        return tincan.Agent(mbox=actor.mbox)
    return tincan.Agent(mbox_sha1sum=actor.mbox_sha1sum)


@cache
def _administrator() -> tincan.Agent:
    return tincan.Agent(account=tincan.AgentAccount(home_page=f"{ACADEMY}/xapi", name="lrs-administrator"))


@cache
def _authority() -> tincan.Agent:
    return tincan.Agent(account=tincan.AgentAccount(home_page=f"{ACADEMY}/xapi", name="academy-player"))


@cache
def _verb(name: str) -> tincan.Verb:
    return tincan.Verb(id=f"{ADL}/verbs/{name}", display=tincan.LanguageMap({"en": name}))


def _activity(offering: Offering, part: int) -> tincan.Activity:
    """The course itself (part 0), or one of its parts."""
    if part:
        definition = tincan.ActivityDefinition(
            type=f"{ADL}/activities/module", name=tincan.LanguageMap({"en": f"{offering.title}, part {part}"})
        )
        return tincan.Activity(id=f"{offering.activity_id}/part/{part}", definition=definition)
    definition = tincan.ActivityDefinition(
        type=f"{ADL}/activities/course", name=tincan.LanguageMap({"en": offering.title})
    )
    if offering.catalogue_code:
        definition.extensions = tincan.Extensions({CATALOGUE_CODE: offering.catalogue_code})
    return tincan.Activity(id=offering.activity_id, definition=definition)


def _context(registration: str, parent: tincan.Activity | None = None) -> tincan.Context:
    context = tincan.Context(registration=registration, platform="Meridian Academy", language="en")
    if parent is not None:
        context.context_activities = tincan.ContextActivities(parent=[tincan.Activity(id=parent.id)])
    return context


def _score(points: float, is_pass: bool) -> tincan.Result:
    return tincan.Result(score=tincan.Score(scaled=round(points / 100, 2), raw=points, min=0, max=100), success=is_pass)


def _minutes(minutes: float) -> timedelta:
    return timedelta(seconds=round(minutes * 60))


def _utc(local: datetime) -> datetime:
    return local.replace(tzinfo=ZONE).astimezone(UTC)
