"""Statements as tincan builds them: one shape for each verb, kind of object, result and context that a player uses.

    Shape × Said → tincan.Statement

tincan builds and types; it does not judge. It is too slow to build millions (a quarter of a millisecond each), so
`templates` has it build one statement of each shape and fills in the rest; a test holds both ways to one another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import tincan

from simulator.exports.xapi import vocabulary as iri
from simulator.world.accounts import IDENTITY_PROVIDER
from simulator.world.catalogue import ACADEMY

FORMS = ("account", "mbox", "mbox_sha1sum")
"""How a player names people; the places are what ``ROW["form"]`` holds."""

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Said:
    """What one statement says, typed as tincan wants it. A shape reads what it needs.

    ``person`` is the identifier in the form of the player; ``members`` those of a group. ``progress`` of a video is
    0–1, ``seconds`` and ``time`` are in seconds, ``raw`` is on 0–100.
    """

    id: str
    timestamp: datetime
    stored: datetime
    authority: tincan.Agent
    person: str
    thing: tincan.Activity
    course: str
    registration: str
    session: str
    members: tuple[str, ...] = ("a", "b")
    target: str = "00000000-0000-4000-8000-000000000000"
    seconds: int = 61
    percent: int = 5
    raw: float = 80.0
    scaled: float = 0.8
    mastery: float = 0.7
    response: str = "a"
    success: bool = True
    time: float = 1.5
    time_to: float = 2.5
    progress: float = 0.25
    segments: str = "0[.]1.5"
    length: int = 600


@dataclass(frozen=True)
class Part:
    """Result or context: how tincan builds it, and where in it stands what differs (slot → path in the statement)."""

    build: Callable[[Said], object]
    slots: dict[str, Path]


@dataclass(frozen=True)
class Shape:
    """``verb`` is an IRI; ``thing`` a kind of activity, ``statement`` or ``plan``; the rest names a Part or actor."""

    verb: str
    thing: str
    result: str = "nothing"
    context: str = "course"
    actor: str = "learner"


# ------------------------------------------------------------------------------------------------------ results


def _duration(said: Said) -> tincan.Result:
    return tincan.Result(duration=timedelta(seconds=said.seconds))


def _percent(said: Said) -> tincan.Result:
    return tincan.Result(extensions=tincan.Extensions({iri.CMI5_PROGRESS: said.percent}))


def _completion(said: Said) -> tincan.Result:  # noqa: ARG001 (it says nothing but that)
    return tincan.Result(completion=True)


def _completion_after(said: Said) -> tincan.Result:
    return tincan.Result(completion=True, duration=timedelta(seconds=said.seconds))


def _score(said: Said, success: bool, **more: object) -> tincan.Result:
    return tincan.Result(
        score=tincan.Score(scaled=said.scaled, raw=said.raw, min=0, max=100), success=success, **more
    )  # fmt: skip


def _answer(said: Said) -> tincan.Result:
    return tincan.Result(response=said.response, success=said.success)


def _video(**slots: str) -> Part:
    """Result extensions of the video profile: slot ← name of the extension, with ``_`` for ``-``."""
    names = {slot: iri.VIDEO_EXTENSION + name.replace("_", "-") for slot, name in slots.items()}

    def build(said: Said) -> tincan.Result:
        return tincan.Result(extensions=tincan.Extensions({name: getattr(said, slot) for slot, name in names.items()}))

    return Part(build, {slot: ("result", "extensions", name) for slot, name in names.items()})


_SECONDS: dict[str, Path] = {"seconds": ("result", "duration")}
_SCORES: dict[str, Path] = {"raw": ("result", "score", "raw"), "scaled": ("result", "score", "scaled")}

RESULTS: dict[str, Part] = {
    "nothing": Part(lambda _: None, {}),
    "duration": Part(_duration, _SECONDS),
    "percent": Part(_percent, {"percent": ("result", "extensions", iri.CMI5_PROGRESS)}),
    "completion": Part(_completion, {}),
    "completion_after": Part(_completion_after, _SECONDS),
    "pass": Part(lambda said: _score(said, success=True), _SCORES),
    "fail": Part(lambda said: _score(said, success=False), _SCORES),
    "timed_pass": Part(
        lambda said: _score(said, success=True, duration=timedelta(seconds=said.seconds)), _SCORES | _SECONDS
    ),
    "timed_fail": Part(
        lambda said: _score(said, success=False, duration=timedelta(seconds=said.seconds)), _SCORES | _SECONDS
    ),
    "answer": Part(_answer, {"response": ("result", "response"), "success": ("result", "success")}),
    "position": _video(time="time"),
    "jump": _video(time="time_from", time_to="time_to"),
    "watched": _video(time="time", progress="progress", segments="played_segments"),
}

# ----------------------------------------------------------------------------------------------------- contexts


def _context(said: Said, extensions: dict[str, object] | None = None, **activities: list[str]) -> tincan.Context:
    context = tincan.Context(registration=said.registration, platform="Meridian Academy", language="en")
    if activities:
        named = {kind: [tincan.Activity(id=one) for one in those] for kind, those in activities.items()}
        context.context_activities = tincan.ContextActivities(**named)
    if extensions:
        context.extensions = tincan.Extensions(extensions)
    return context


def _cmi5(*categories: str, of_part: bool = False, of_tested: bool = False, launched: bool = False) -> Part:
    """A session: its id, the categories, the parent of a part, the mastery score of a test, what a launch says."""
    slots = {"session": f"{iri.CMI5_CONTEXT}sessionid"}
    slots |= {"mastery": f"{iri.CMI5_CONTEXT}masteryscore"} if of_tested else {}
    fixed = {f"{iri.CMI5_CONTEXT}{name}": text for name, text in _LAUNCH.items()} if launched else {}

    def build(said: Said) -> tincan.Context:
        activities = {"category": list(categories)} if categories else {}
        if of_part:
            activities["parent"] = [said.course]
        return _context(said, {name: getattr(said, slot) for slot, name in slots.items()} | fixed, **activities)

    paths: dict[str, Path] = {slot: ("context", "extensions", name) for slot, name in slots.items()}
    return Part(build, _REGISTERED | (_PARENT if of_part else {}) | paths)


def _video_context(said: Said) -> tincan.Context:
    extensions = {f"{iri.VIDEO_EXTENSION}session-id": said.session, f"{iri.VIDEO_EXTENSION}length": said.length}
    extensions[f"{iri.VIDEO_EXTENSION}completion-threshold"] = 0.9
    return _context(said, extensions, parent=[said.course], category=[iri.VIDEO_CATEGORY])


_REGISTERED: dict[str, Path] = {"registration": ("context", "registration")}
_PARENT: dict[str, Path] = {"course": ("context", "contextActivities", "parent", 0, "id")}
_LAUNCH = {"launchmode": "Normal", "moveon": "CompletedOrPassed", "launchurl": f"{ACADEMY}/player/index.html"}

CONTEXTS: dict[str, Part] = {
    "nothing": Part(lambda _: None, {}),
    "course": Part(_context, _REGISTERED),
    "part": Part(lambda said: _context(said, parent=[said.course]), _REGISTERED | _PARENT),
    "cmi5": _cmi5(iri.CMI5_CATEGORY),
    "cmi5_launch": _cmi5(iri.CMI5_CATEGORY, launched=True),
    "cmi5_launch_of_tested": _cmi5(iri.CMI5_CATEGORY, launched=True, of_tested=True),
    "cmi5_move_on": _cmi5(iri.CMI5_CATEGORY, iri.CMI5_MOVE_ON),
    "cmi5_test": _cmi5(iri.CMI5_CATEGORY, iri.CMI5_MOVE_ON, of_tested=True),
    "cmi5_allowed": _cmi5(),
    "cmi5_allowed_part": _cmi5(of_part=True),
    "video": Part(
        _video_context,
        _REGISTERED
        | _PARENT
        | {slot: ("context", "extensions", f"{iri.VIDEO_EXTENSION}{name}")
           for slot, name in (("session", "session-id"), ("length", "length"))},
    ),
}  # fmt: skip

# ------------------------------------------------------------------------------------------------------- shapes


def _adl(verb: str, thing: str, result: str = "nothing", context: str = "course", actor: str = "learner") -> Shape:
    return Shape(iri.ADL_VERB + verb, thing, result, context, actor)


SHAPES: dict[str, Shape] = {
    "initialized": _adl("initialized", "course"),
    "experienced": _adl("experienced", "part", "duration", "part"),
    "progressed": _adl("progressed", "course", "percent"),
    "answered": _adl("answered", "question", "answer", "part"),
    "interacted": _adl("interacted", "part", "nothing", "part"),
    "passed": _adl("passed", "course", "pass"),
    "failed": _adl("failed", "course", "fail"),
    "completed": _adl("completed", "course", "completion_after"),
    "marked": _adl("completed", "course", "completion"),
    "voided": _adl("voided", "statement", "nothing", "nothing", actor="administrator"),
    "planned": Shape(f"{iri.TLA_VERB}planned", "plan", "nothing", "nothing"),  # platform needs an activity
    "discussed": _adl("commented", "course", "nothing", "nothing", actor="members"),
    "reviewed": _adl("commented", "course", "nothing", "nothing", actor="circle"),
    "cmi5_launched": _adl("launched", "course", "nothing", "cmi5_launch"),
    "cmi5_launched_test": _adl("launched", "course", "nothing", "cmi5_launch_of_tested"),
    "cmi5_initialized": _adl("initialized", "course", "nothing", "cmi5"),
    "cmi5_experienced": _adl("experienced", "part", "duration", "cmi5_allowed_part"),
    "cmi5_progressed": _adl("progressed", "course", "percent", "cmi5_allowed"),
    "cmi5_answered": _adl("answered", "question", "answer", "cmi5_allowed_part"),
    "cmi5_interacted": _adl("interacted", "part", "nothing", "cmi5_allowed_part"),
    "cmi5_passed": _adl("passed", "course", "timed_pass", "cmi5_test"),
    "cmi5_failed": _adl("failed", "course", "timed_fail", "cmi5_test"),
    "cmi5_completed": _adl("completed", "course", "completion_after", "cmi5_move_on"),
    "cmi5_terminated": _adl("terminated", "course", "duration", "cmi5"),
    "video_played": Shape(f"{iri.VIDEO_VERB}played", "video", "position", "video"),
    "video_paused": Shape(f"{iri.VIDEO_VERB}paused", "video", "watched", "video"),
    "video_seeked": Shape(f"{iri.VIDEO_VERB}seeked", "video", "jump", "video"),
}
NAMES = tuple(SHAPES)
PLACES = {name: place for place, name in enumerate(SHAPES)}
"""Name of a shape → what ``ROW["shape"]`` holds."""


def build(shape: Shape, form: str, said: Said) -> tincan.Statement:
    """The statement, by tincan alone."""
    result, context = RESULTS[shape.result].build(said), CONTEXTS[shape.context].build(said)
    parts = {name: part for name, part in (("result", result), ("context", context)) if part is not None}
    return tincan.Statement(
        id=said.id, actor=_actor(shape.actor, form, said), verb=_verb(shape.verb), object=_object(shape, form, said),
        timestamp=said.timestamp, stored=said.stored, version="1.0.0", authority=said.authority, **parts,
    )  # fmt: skip


def verb_name(shape: Shape) -> str:
    """Last part of the verb's IRI."""
    return shape.verb.rsplit("/", 1)[-1]


def agent(form: str, identifier: str) -> tincan.Agent:
    """A person under one form of identifier."""
    if form == "account":
        return tincan.Agent(account=tincan.AgentAccount(home_page=IDENTITY_PROVIDER, name=identifier))
    return tincan.Agent(**{form: identifier})


def service(name: str) -> tincan.Agent:
    """Something that acts for the academy and is nobody: an LRS's administrator or authority."""
    return tincan.Agent(account=tincan.AgentAccount(home_page=f"{ACADEMY}/xapi", name=name))


def _actor(actor: str, form: str, said: Said) -> tincan.Agent:
    if actor == "administrator":
        return service("lrs-administrator")
    if actor == "members":
        return tincan.Group(member=[agent(form, member) for member in said.members])
    if actor == "circle":
        home = tincan.AgentAccount(home_page=f"{ACADEMY}/circles", name=said.course)
        return tincan.Group(account=home)
    return agent(form, said.person)


def _object(shape: Shape, form: str, said: Said) -> object:
    if shape.thing == "statement":
        return tincan.StatementRef(id=said.target)
    if shape.thing == "plan":
        return tincan.SubStatement(
            actor=agent(form, said.person), verb=_verb(f"{iri.ADL_VERB}completed"), object=said.thing
        )
    return said.thing


def _verb(verb: str) -> tincan.Verb:
    return tincan.Verb(id=verb, display=tincan.LanguageMap({"en": verb.rsplit("/", 1)[-1]}))
