"""A context that is filled in from one that is alike tells what it tells when it is read by itself."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from connectors.xapi import rules
from connectors.xapi.chunks import PARTS
from connectors.xapi.contexts import Contexts
from connectors.xapi.elements import Vocabulary
from connectors.xapi.fragments import Fragments, Part
from connectors.xapi.people import Parties
from connectors.xapi.sessions import Sessions
from tests.connectors.xapi.samples import FakeTokeniser

CMI5 = "https://w3id.org/xapi/cmi5/context/extensions/"
VIDEO = "https://w3id.org/xapi/video/extensions/session-id"
ONE, OTHER = "ec531277-b57b-4c15-8d91-d292c5b2b8f7", "A809A35E-A360-4B0C-BAED-59DDB1874CD2"
IDS = (ONE, OTHER, "session-0001", "course", "no uuid", "", ONE[:8])


def _contexts() -> Contexts:
    people = Parties(FakeTokeniser())
    return Contexts(Fragments(rules.actor, Vocabulary(people).actor), people)


def _shapes(registration: str, session: str) -> list[dict[str, Any]]:
    plain = {"registration": registration, "platform": "LMS", "extensions": {CMI5 + "sessionid": session}}
    mastery = {CMI5 + "masteryscore": 0.50, **plain["extensions"]}  # type: ignore[dict-item]
    attempt = {"id": f"https://x.example/attempt/{registration}", "definition": {"name": {"en": session}}}
    return [
        plain,
        plain | {"extensions": mastery},
        plain | {"extensions": {VIDEO: session, CMI5 + "sessionid": ONE}},
        plain | {"extensions": {VIDEO: session, "https://x.example/e": registration}},
        plain | {"platform": session},
        {"contextActivities": {"grouping": [attempt]}, **plain},
        {"contextActivities": {"parent": [{"id": "https://x.example/course"}]}, **plain},
        plain | {"language": "en", "extensions": {}},
        plain | {"Registration": registration},
    ]


def _told(part: Part | None) -> tuple[object, ...] | None:
    return (part.columns, part.body, part.is_of_activity, part.activities) if part else None


@pytest.mark.parametrize("spelled", [lambda text: text, lambda text: text.replace(b"session-0", b"session-\\u0030")])
def test_a_context_that_is_filled_in_is_the_one_that_is_read(spelled: Any) -> None:
    """Every pair of ids comes after every other, in every shape, also where an id stands elsewhere as well."""
    names = PARTS["context"]
    pairs = list(itertools.product(IDS, IDS))
    quick = Sessions(_contexts().quick, names).quick
    for registration, session in (*pairs, *reversed(pairs)):
        for shape in _shapes(registration, session):
            raw = spelled(json.dumps(shape, separators=(",", ":")).encode())
            assert _told(quick(raw)) == _told(_contexts().quick(raw)), raw


def test_contexts_that_are_alike_are_read_once() -> None:
    read: list[bytes] = []
    contexts = _contexts()

    def noted(raw: bytes) -> Part | None:
        read.append(raw)
        return contexts.quick(raw)

    quick = Sessions(noted, PARTS["context"]).quick
    for number in range(50):
        [shape, *_] = _shapes(f"ec531277-b57b-4c15-8d91-d292c5b2b8{number:02}", f"session-{number:04}")
        part = quick(json.dumps(shape, separators=(",", ":")).encode())
        assert part is not None
        assert f"session-{number:04}" in part.columns
    assert len(read) == 1
