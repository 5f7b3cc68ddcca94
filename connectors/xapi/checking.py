"""The verdict of the exact rules on each statement of a file, in order; nothing lands, nothing is tokenised.

    file or stream --files--> raw statements --rules--> verdicts --policies--> flags

It reads what landing reads, in as little memory, and judges by the rules alone: the quick way of landing, which
must agree with them, has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal, cast

import msgspec

from connectors.xapi import policies
from connectors.xapi.files import records
from connectors.xapi.formats import is_uuid
from connectors.xapi.fragments import NOT_READ
from connectors.xapi.rulebook import RULES
from connectors.xapi.rules import Dialect, judged
from connectors.xapi.strict_json import Violation


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say of one statement; ``position`` and ``line`` count from 1.

    ``id`` is in lower case, as it lands, and None where none is sent or what is sent is no UUID. ``rule``,
    ``message`` and ``pointer`` (where it is broken) are None for what is accepted, ``flags`` empty for the rest.
    """

    position: int
    line: int
    id: str | None
    verdict: Literal["accept", "reject"]
    rule: str | None = None
    message: str | None = None
    pointer: str | None = None
    flags: tuple[str, ...] = ()


class _Identified(msgspec.Struct):
    id: str = ""


_identified = msgspec.json.Decoder(_Identified).decode


def verdicts(file: Path | IO[bytes], dialect: Dialect | None = None) -> Iterator[Verdict]:
    """A verdict for each record of the file, broken ones too; without a dialect each statement's own counts.

    Raises ``OriginalRefused`` for what is no file of statements, or cut off.
    """
    for position, (line, raw, broken) in enumerate(records(file), 1):
        identifier = _id_of(raw)
        value, violation = (None, Violation(broken, "/")) if broken else judged(raw, dialect)
        if violation is not None:
            yield _rejected(position, line, identifier, violation)
        else:
            flags = policies.flags_of(cast("dict[str, Any]", value))
            yield Verdict(position=position, line=line, id=identifier, verdict="accept", flags=flags)


def _rejected(position: int, line: int, identifier: str | None, violation: Violation) -> Verdict:
    rule = RULES[violation.rule]
    return Verdict(
        position=position,
        line=line,
        id=identifier,
        verdict="reject",
        rule=violation.rule,
        message=f"Expected {rule.expected} ({rule.clause}).",
        pointer=violation.pointer,
    )


def _id_of(raw: bytes) -> str | None:
    """The id of a statement, whatever else is wrong with it; a text that is no UUID might be anything."""
    try:
        sent = _identified(raw).id
    except NOT_READ:
        return None
    return sent.lower() if is_uuid(sent) else None
