"""The things that statements are about, built with tincan: courses, their parts, videos and questions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import tincan

from simulator.exports.xapi import vocabulary as iri
from simulator.exports.xapi.draws import Numbers
from simulator.world.catalogue import Offering

ITEMS = 12
"""Questions of one part; who answers more of them is asked some again."""
CHOICES = ("a", "b", "c", "d")


def course(offering: Offering, part: int = 0, item: int = 0) -> tincan.Activity:  # noqa: ARG001 (one signature for all)
    """The whole offering."""
    definition = tincan.ActivityDefinition(type=iri.COURSE, name=_named(offering.title))
    if offering.catalogue_code:
        definition.extensions = tincan.Extensions({iri.CATALOGUE_CODE: offering.catalogue_code})
    return tincan.Activity(id=offering.activity_id, definition=definition)


def part(offering: Offering, part: int, item: int = 0) -> tincan.Activity:  # noqa: ARG001
    """One of its parts."""
    definition = tincan.ActivityDefinition(type=iri.MODULE, name=_named(f"{offering.title}, part {part}"))
    return tincan.Activity(id=f"{offering.activity_id}/part/{part}", definition=definition)


def video(offering: Offering, part: int, item: int = 0) -> tincan.Activity:  # noqa: ARG001
    """The video that a part of it shows."""
    definition = tincan.ActivityDefinition(type=iri.VIDEO, name=_named(f"{offering.title}, video {part}"))
    return tincan.Activity(id=f"{offering.activity_id}/video/{part}", definition=definition)


def question(offering: Offering, part: int, item: int) -> tincan.Activity:
    """A question of a part: of odd number with four choices, of even number true or false."""
    identifier, name = f"{offering.activity_id}/part/{part}/question/{item}", _named(f"Question {part}.{item}")
    definition = tincan.ActivityDefinition(
        type=iri.INTERACTION, name=name, correct_responses_pattern=[right_answer(item)]
    )
    if item % 2:
        definition.interaction_type = "choice"
        definition.choices = [
            tincan.InteractionComponent(id=letter, description=_named(f"Answer {letter.upper()}")) for letter in CHOICES
        ]
    else:
        definition.interaction_type = "true-false"
    return tincan.Activity(id=identifier, definition=definition)


def right_answer(item: int) -> str:
    """The pattern that an answer must match."""
    return CHOICES[item // 2 % 4] if item % 2 else "true"


def wrong_answer(item: int) -> str:
    """What people answer who don't know."""
    return CHOICES[(item // 2 + 1) % 4] if item % 2 else "false"


@dataclass
class Activities:
    """JSON texts of activities, each built by tincan the first time that it is asked for."""

    offerings: tuple[Offering, ...]
    _known: dict[tuple[str, int], str] = field(default_factory=dict)

    def texts(self, thing: str, offering: Numbers, part: Numbers, item: Numbers) -> list[str]:
        """The activity of each row, whole; those of a group of rows repeat, so distinct ones are looked up."""
        keys = offering.astype(np.int64) << 32 | part.astype(np.int64) << 16 | item
        distinct, place = np.unique(keys, return_inverse=True)
        texts = np.array([self._text(thing, key) for key in distinct.tolist()], dtype=object)
        found: list[str] = texts[place].tolist()
        return found

    def _text(self, thing: str, key: int) -> str:
        if (thing, key) not in self._known:
            built = THINGS[thing](self.offerings[key >> 32], key >> 16 & 0xFFFF, key & 0xFFFF)
            self._known[thing, key] = as_json(built.as_version())
        return self._known[thing, key]


THINGS: dict[str, Callable[[Offering, int, int], tincan.Activity]] = {
    "course": course, "part": part, "video": video, "question": question,
}  # fmt: skip


def video_seconds(offering: Offering) -> int:
    """Length of the video in each of its parts."""
    return max(60, round(offering.course.minutes * 36 / offering.modules))


def as_json(value: object) -> str:
    """The text that an LRS would send: UTF-8, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _named(text: str) -> tincan.LanguageMap:
    return tincan.LanguageMap({"en": text})
