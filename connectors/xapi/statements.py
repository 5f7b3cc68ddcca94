"""Raw statements become rows of ``statements``: most are proven fine at parse speed, suspects are judged exactly.

    stretch --envelopes--> parts found in dictionaries, proof --> rows ----------------┐
                 └--anything that is not proven--> rules.judge --> rows, or rejects --> batch

Whatever is accepted is flattened by the same functions, so the two ways can't differ in what they land.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from connectors.xapi import elements, rules
from connectors.xapi.batches import Batch, Reject
from connectors.xapi.bodies import BodyHash, Tokens
from connectors.xapi.chunks import OWN, PARTS, Chunk, Numbers, Place
from connectors.xapi.contexts import NO_CONTEXT, Contexts
from connectors.xapi.elements import Vocabulary
from connectors.xapi.envelopes import Opened, without_blanks
from connectors.xapi.files import Raw, Stretch
from connectors.xapi.fragments import NOT_READ, Activity, Fragments, Part
from connectors.xapi.instants import instants
from connectors.xapi.people import Parties
from connectors.xapi.policies import told, when
from connectors.xapi.results import NO_RESULT, Results
from connectors.xapi.rulebook import RULES
from connectors.xapi.sessions import Sessions
from connectors.xapi.strict_json import decode

_HELD_OF_CONTEXTS = 1 << 20
"""Bytes of text: a context that is met again is met soon, in its own session."""
_HELD_OF_RESULTS = 1 << 22
"""Likewise; fewer would be judged anew too often."""
_MET = 20_000
"""Parts that are remembered as met; meeting one again does no harm but takes time."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Rows:
    """Rows of some statements of a stretch: their positions in it, what is their own, the numbers of their parts."""

    at: Positions
    own: pa.Table
    numbers: Numbers

    @classmethod
    def in_order(cls, some: Sequence[_Rows]) -> _Rows:
        """All of them, in the order of the stretch."""
        filled = [rows for rows in some if len(rows.at)]
        if len(filled) < 2:
            return (filled or some)[0]
        at = np.concatenate([rows.at for rows in filled])
        order = np.argsort(at)
        own = pa.concat_tables([rows.own for rows in filled]).take(pa.array(order))
        return cls(at[order], own, np.hstack([rows.numbers for rows in filled])[:, order])


class Statements:
    """Turns raw statements into batches of what they yield; batches of one file come in its order."""

    def __init__(self, tokeniser: Tokens, extracted_at: datetime) -> None:
        self._body = BodyHash(tokeniser)
        self._extracted_at = extracted_at
        self._met: set[Part] = set()
        people = Parties(tokeniser)
        vocabulary, results = Vocabulary(people), Results()
        actors = Fragments(rules.actor, vocabulary.actor)
        contexts = Contexts(actors, people)
        sessions = Sessions(contexts.quick, PARTS["context"])
        self._dictionaries = {
            "actor": actors,
            "verb": Fragments(rules.verb, elements.verb),
            "object": Fragments(rules.objects[rules.Dialect.XAPI_1], vocabulary.object),
            "result": Fragments(rules.result, results.flatten, NO_RESULT, results.quick, _HELD_OF_RESULTS),
            "context": Fragments(
                rules.contexts[rules.Dialect.XAPI_1], contexts.flatten, NO_CONTEXT, sessions.quick, _HELD_OF_CONTEXTS
            ),
            "authority": Fragments(rules.authority, vocabulary.authority, Part((None,))),
            "version": Fragments(rules.any_version, elements.version, Part((None,))),
            "attachments": Fragments(rules.attachments, lambda _: Part(()), Part(())),
        }  # fmt: skip
        self._within = (results.scores, contexts.activities)

    def batch(self, stretch: Stretch) -> Batch:
        """What these records yield."""
        raws, lines = stretch.raws, np.asarray(stretch.lines, np.int64)
        some, suspects = self._proven(stretch, lines)
        rejects = [self._broken(stretch, position) for position in sorted(stretch.broken)]
        judged = self._judged(suspects, raws, lines, rejects)
        rows = _Rows.in_order([*some, judged])
        rejects.sort(key=lambda reject: reject.line)
        batch = self._finished(rows, Batch(len(raws), len(rows.at), rejects=rejects))
        for dictionary in (*self._dictionaries.values(), *self._within):
            dictionary.forget()
        return batch

    def _proven(self, stretch: Stretch, lines: Positions) -> tuple[list[_Rows], Positions]:
        """The rows that can be proven, and the positions of what can't. Only what has blanks is made compact."""
        raws = stretch.raws
        left = np.delete(np.arange(len(raws)), list(stretch.broken))
        if len(left) == 0:
            return [], left
        is_spaced = len(without_blanks(raws[left[0]])) < len(raws[left[0]])
        rows, left = ([], left) if is_spaced else self._opened(raws, lines, left)
        compact = {position: without_blanks(raws[position]) for position in left.tolist()}
        at = np.array([position for position, text in compact.items() if len(text) < len(raws[position])], np.int64)
        more, suspects = self._opened(compact, lines, at)
        return [*rows, *more], np.sort(np.concatenate((np.setdiff1d(left, at), suspects)))

    def _opened(
        self, raws: Sequence[Raw] | dict[int, bytes], lines: Positions, at: Positions
    ) -> tuple[list[_Rows], Positions]:
        if len(at) == 0:
            return [], at
        opened = Opened([raws[position] for position in at.tolist()], self._dictionaries)
        proven = opened.proven
        return [_Rows(at[proven], opened.own(lines[at]), opened.numbers[:, proven])], at[~proven]

    @staticmethod
    def _broken(stretch: Stretch, position: int) -> Reject:
        rule = stretch.broken[position]
        return Reject(stretch.lines[position], rule, "/", RULES[rule].expected, None, bytes(stretch.raws[position]))

    def _judged(self, at: Positions, raws: Sequence[Raw], lines: Positions, rejects: list[Reject]) -> _Rows:
        """The rows of suspects that the exact rules alone accept; the others become rejects."""
        landed: list[int] = []
        own: list[dict[str, Any]] = []
        numbers: list[list[int]] = []
        for position in at.tolist():
            raw, line = bytes(raws[position]), int(lines[position])
            violation = rules.judge(raw)
            if violation is not None:
                value = _at(raw, violation.pointer)
                rejects.append(Reject(line, violation.rule, violation.pointer, violation.expected, value, raw))
                continue
            sent: dict[str, Any] = decode(raw)
            landed.append(position)
            own.append({"source_line": line, **self._own(sent)})
            numbers.append([self._added(name, sent) for name in PARTS])
        parts = np.array(numbers, np.int32).reshape(-1, len(PARTS)).T
        return _Rows(np.array(landed, np.int64), pa.Table.from_pylist(own, OWN), parts)

    def _added(self, name: str, sent: dict[str, Any]) -> int:
        return self._dictionaries[name].added(msgspec.json.encode(sent[name]) if name in sent else b"")

    def _own(self, sent: dict[str, Any]) -> dict[str, Any]:
        """What is the own of an accepted statement, see `chunks.OWN`."""
        happened = when(sent, self._extracted_at)
        stored = told(sent, "stored")
        return {
            "statement_id": sent["id"].lower() if "id" in sent else self._body.derived_id(sent),
            "id_source": "sent" if "id" in sent else "derived",
            "time": happened.text,
            "was_sent": happened.was_sent,
            "occurred_date": happened.day,
            "utc_offset_minutes": happened.offset_minutes,
            "stored": f"{stored.utc.isoformat()}Z" if stored else None,
            "flags": list(happened.flags) or None,
        }

    def _finished(self, rows: _Rows, batch: Batch) -> Batch:
        """The batch, with the persons and activities in it that were not met before."""
        if not batch.rows:
            return batch
        places = {
            name: Place.of(numbers, self._dictionaries[name].parts)
            for name, numbers in zip(PARTS, rows.numbers, strict=True)
        }
        chunk = Chunk(rows.own, places, instants(rows.own["time"].combine_chunks()))
        batch.columns = chunk.columns(self._body)
        lines = rows.own["source_line"].to_numpy()
        times = chunk.occurred.cast(pa.int64()).to_numpy()
        for name in ("actor", "object", "context"):
            self._note(places[name], lines, times, batch)
        batch.agents.sort(key=itemgetter(1))
        batch.activities.sort(key=itemgetter(2))
        return batch

    def _note(self, place: Place, lines: Positions, times: Positions, batch: Batch) -> None:
        """The agents of parts that were not met before, and every description of activities with its latest time."""
        described: dict[tuple[Activity, ...], tuple[int, int]] = {}
        firsts = lines[place.first_rows()].tolist()
        for part, first, time in zip(place.parts, firsts, place.latest(times), strict=True):
            if part.activities:
                line, latest = described.get(part.activities, (first, time))
                described[part.activities] = min(line, first), max(latest, time)
            if part.agents and part not in self._met:
                self._met.add(part)
                batch.agents.append((part.agents, first))
        batch.activities += [(activities, time, line) for activities, (line, time) in described.items()]
        if len(self._met) > _MET:
            self._met = set()


def _at(raw: bytes, pointer: str) -> str | None:
    """What stands at a JSON pointer, as JSON; None where nothing can be read there."""
    try:
        value = msgspec.json.decode(raw)
        for name in pointer.strip("/").split("/") if pointer != "/" else ():
            value = value[int(name)] if isinstance(value, list) else value[name]
        return msgspec.json.encode(value).decode()
    except (*NOT_READ, KeyError, IndexError, ValueError, TypeError):
        return None
