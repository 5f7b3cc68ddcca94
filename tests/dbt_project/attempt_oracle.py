"""What cmi5, the video profile and the clock say of attempts, written a second time: plain loops over one learner.

It shares no line, no seed and no table with the warehouse, and takes the words of the standard literally, so that a
test can hold the SQL to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

VERDICTS = ("passed", "failed")


@dataclass(frozen=True)
class Session:
    """One launch: ``said`` are cmi5 defined verbs with their instants, each instant once."""

    mode: str = "Normal"
    move_on: str | None = "CompletedOrPassed"
    said: tuple[tuple[str, datetime], ...] = ()

    def at(self, verb: str) -> datetime | None:
        return min((at for said, at in self.said if said == verb), default=None)

    @property
    def is_attempt(self) -> bool:
        return self.mode == "Normal" and self.at("initialized") is not None

    def decided(self) -> dict[str, datetime]:
        """Verb → when, of what the session decides: nothing after it was given up, one verdict, each verb once."""
        decided: dict[str, datetime] = {}
        for verb, at in sorted(self.said, key=lambda one: one[1]):
            if verb == "abandoned":
                break
            if verb in VERDICTS and set(decided) & set(VERDICTS):
                continue
            if verb in (*VERDICTS, "completed"):
                decided.setdefault(verb, at)
        return decided


@dataclass(frozen=True)
class Registration:
    """One assignable unit in one registration of one learner."""

    sessions: tuple[Session, ...]

    @property
    def counting(self) -> list[Session]:
        return [session for session in self.sessions if session.mode == "Normal"]

    def first(self, verb: str) -> datetime | None:
        """When the verb was first decided in a session that counts."""
        return min((at for one in self.counting for said, at in one.decided().items() if said == verb), default=None)

    def waived_at(self) -> datetime | None:
        return min((at for one in self.counting if (at := one.at("waived"))), default=None)

    def move_on(self) -> str | None:
        launches = sorted((at, one.move_on) for one in self.counting if one.move_on and (at := one.at("launched")))
        return launches[0][1] if launches else None

    def met_at(self) -> datetime | None:
        """When the criterion was met."""
        completed, passed = self.first("completed"), self.first("passed")
        known = [at for at in (completed, passed) if at]
        match self.move_on() or "CompletedOrPassed":
            case "Passed":
                return passed
            case "Completed":
                return completed
            case "CompletedAndPassed":
                return max(known) if len(known) == 2 else None
            case "CompletedOrPassed":
                return min(known, default=None)
            case "NotApplicable":
                return min(at for one in self.counting for _, at in one.said)
        raise ValueError(self.move_on())

    def satisfied_at(self) -> datetime | None:
        return min((at for at in (self.met_at(), self.waived_at()) if at), default=None)

    def is_enrolment_completed(self) -> bool:
        """Whether something was completed or passed by the time that this was enough."""
        met_at = self.met_at()
        decided = [at for one in self.counting for verb, at in one.decided().items() if verb != "failed"]
        return met_at is not None and any(at >= met_at for at in decided)


def watched_seconds(segments: list[tuple[float, float]], length: float) -> float:
    """Seconds of a video that were seen, counted tenth by tenth."""
    seen = {tenth for start, end in segments for tenth in range(round(start * 10), round(min(end, length) * 10))}
    return len(seen) / 10


@dataclass
class Stretch:
    """Statements of one person about one course, with no long gap between them."""

    at: list[datetime] = field(default_factory=list)


def stretches(instants: list[datetime], idle: timedelta) -> list[Stretch]:
    found: list[Stretch] = []
    for instant in sorted(instants):
        if not found or instant - found[-1].at[-1] > idle:
            found.append(Stretch())
        found[-1].at.append(instant)
    return found
