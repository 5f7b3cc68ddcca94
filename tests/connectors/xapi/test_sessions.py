"""A context that is filled in from one that is alike tells what it tells when it is read by itself."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pytest

from connectors.xapi import rules
from connectors.xapi.chunks import PARTS, Place
from connectors.xapi.contexts import Contexts
from connectors.xapi.elements import Vocabulary
from connectors.xapi.files import Stretch
from connectors.xapi.fragments import BROKEN, Activity, Fragments, Part
from connectors.xapi.people import Parties
from connectors.xapi.session_ids import REGISTRATION, SESSION, Id
from connectors.xapi.sessions import Filled, Sessions, numbered
from connectors.xapi.statements import Statements
from connectors.xapi.strict_json import Violation
from tests.connectors.xapi.samples import STATEMENT, FakeTokeniser

NAMES = PARTS["context"]
CMI5 = "https://w3id.org/xapi/cmi5/context/extensions/"
VIDEO = "https://w3id.org/xapi/video/extensions/session-id"
ONE, OTHER = "ec531277-b57b-4c15-8d91-d292c5b2b8f7", "A809A35E-A360-4B0C-BAED-59DDB1874CD2"
IDS = (ONE, OTHER, "session-0001", "course", "no uuid", "", ONE[:8])


class Told(NamedTuple):
    columns: tuple[Any, ...]
    body: bytes
    is_of_activity: bool
    activities: tuple[Activity, ...]


def _contexts() -> Contexts:
    people = Parties(FakeTokeniser())
    return Contexts(Fragments(rules.actor, Vocabulary(people).actor), people)


def _shapes(registration: str, session: str) -> list[dict[str, Any]]:
    plain = {"registration": registration, "platform": "LMS", "extensions": {CMI5 + "sessionid": session}}
    mastery = {CMI5 + "masteryscore": 0.50, **plain["extensions"]}  # type: ignore[dict-item]
    attempt = {"id": f"https://x.example/attempt/{registration}", "definition": {"name": {"en": session}}}
    held = {"id": "https://x.example/course", "definition": {"extensions": plain["extensions"]}}
    return [
        plain,
        plain | {"extensions": mastery},
        plain | {"extensions": {VIDEO: session, CMI5 + "sessionid": ONE}},
        plain | {"extensions": {VIDEO: session, "https://x.example/e": registration}},
        plain | {"platform": session},
        {"contextActivities": {"grouping": [attempt]}, **plain},
        {"contextActivities": {"grouping": [held]}, "registration": registration},
        {"contextActivities": {"grouping": [held]}, **plain},
        {"contextActivities": {"parent": [{"id": "https://x.example/course"}]}, **plain},
        plain | {"language": "en", "extensions": {}},
        plain | {"Registration": registration},
    ]


def _filled(raws: list[bytes], quick: Callable[[bytes], Part | None]) -> list[Told | None]:
    """What each context tells, filled in from one that is alike; None for those that are not proven fine."""
    known = Fragments(_refused, lambda _: Part(()), quick=Sessions(quick, NAMES).quick)
    numbers, ids = numbered(pa.array(raws, pa.large_binary()), known)
    told: list[Told | None] = [None] * len(raws)
    fine = np.flatnonzero(numbers != BROKEN)
    if len(fine) == 0:
        return told
    place = Place.of(numbers[fine], known.parts)
    filled = Filled(place.parts, place.at, [column.take(pa.array(fine)) for column in ids])
    bodies, columns = filled.bodies(), filled.columns(NAMES)
    for row, one, part in zip(fine.tolist(), filled.at, (place.parts[at] for at in place.at), strict=True):
        values = (
            columns[name][one].as_py() if name in columns else old
            for name, old in zip(NAMES, part.columns, strict=True)
        )
        told[row] = Told(tuple(values), bodies[one], part.is_of_activity, part.activities)
    return told


def _refused(_value: object, at: str) -> None:
    raise Violation("data_type", at)


def _told(part: Part | None) -> Told | None:
    return Told(part.columns, part.body, part.is_of_activity, part.activities) if part else None


@pytest.mark.parametrize("spelled", [lambda text: text, lambda text: text.replace(b"session-0", b"session-\\u0030")])
def test_a_context_that_is_filled_in_is_the_one_that_is_read(spelled: Any) -> None:
    """Every pair of ids comes beside every other, in every shape, also where an id stands elsewhere as well."""
    shapes = [shape for pair in itertools.product(IDS, IDS) for shape in _shapes(*pair)]
    raws = [spelled(json.dumps(shape, separators=(",", ":")).encode()) for shape in shapes]
    alone = [_told(_contexts().quick(raw)) for raw in raws]
    assert _filled(raws, _contexts().quick) == alone
    assert [_filled([raw], _contexts().quick) for raw in raws[::7]] == [[told] for told in alone[::7]]


def test_contexts_that_are_alike_are_read_once() -> None:
    read: list[bytes] = []
    contexts = _contexts()

    def noted(raw: bytes) -> Part | None:
        read.append(raw)
        return contexts.quick(raw)

    ids = [(f"ec531277-b57b-4c15-8d91-d292c5b2b8{number:02}", f"session-{number:04}") for number in range(50)]
    told = _filled([json.dumps(_shapes(*pair)[0], separators=(",", ":")).encode() for pair in ids], noted)
    assert [one.columns[3:5] if one else None for one in told] == ids
    assert len(read) == 1


@pytest.mark.parametrize("stand_in", [REGISTRATION.stand_in, SESSION.stand_in])
def test_ids_that_stand_in_for_others_are_ids_like_any_other(stand_in: str) -> None:
    shapes = [shape for pair in itertools.permutations((stand_in, *IDS), 2) for shape in _shapes(*pair)]
    raws = [json.dumps(shape, separators=(",", ":")).encode() for shape in shapes]
    assert _filled(raws, _contexts().quick) == [_told(_contexts().quick(raw)) for raw in raws]


@pytest.mark.parametrize("one", [REGISTRATION, SESSION])
def test_no_statement_can_hold_what_stands_for_an_id_that_was_cut_out(one: Id) -> None:
    context = {"registration": ONE, "extensions": {VIDEO: ONE}}
    fine = json.dumps(STATEMENT | {"context": context}, separators=(",", ":")).encode()
    statements = Statements(FakeTokeniser(), datetime(2024, 4, 1))
    batch = statements.batch(Stretch([fine, fine.replace(ONE.encode(), one.blank * 36)], [1, 2]))
    assert batch.columns["registration"].to_pylist() == [ONE]
    assert [(reject.line, reject.rule) for reject in batch.rejects] == [(2, "json_syntax")]
