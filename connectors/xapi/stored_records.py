"""Statements as a store keeps them: each inside a record of the store's own, out of which it is taken.

    Learning Locker   {"_id": …, "organisation": …, "statement": {…}}    dots in keys of extensions written as &46;
    SQL LRS           {"statement_id": …, "payload": {…}}                SQLite gives the statement as a text
    TRAX              {"uuid": …, "data": {…}}
    Elasticsearch     {"_index": …, "_id": …, "_source": {…}}            Ralph keeps statements there
    ClickHouse        {"event_id": …, "emission_time": …, "event": …}    so do Ralph and Aspects; also event_str

What the store says beside it (that it is voided, who the person is, what was forwarded) is not read: a void is a
statement, and it lies in the same export. The statement's own bytes are judged, and land, as if they had come alone.
"""

from __future__ import annotations

import re

import msgspec

_NONE = msgspec.Raw()
_KEYS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(\s*:)?', re.DOTALL)
_NUMBER = re.compile(rb'\{\s*"\$number(?:Int|Long|Double|Decimal)"\s*:\s*"(-?[0-9.eE+-]+)"\s*\}')
_DATE = re.compile(rb'\{\s*"\$date"\s*:\s*("[^"\\]*")\s*\}')


class _Record(msgspec.Struct):
    """A record of a store. One that has a part of a statement itself is no such record."""

    actor: msgspec.Raw = _NONE
    verb: msgspec.Raw = _NONE
    object: msgspec.Raw = _NONE
    statement: msgspec.Raw = _NONE
    payload: msgspec.Raw = _NONE
    data: msgspec.Raw = _NONE
    event: msgspec.Raw = _NONE
    event_str: msgspec.Raw = _NONE
    source: msgspec.Raw = msgspec.field(name="_source", default=_NONE)


class _Statement(msgspec.Struct):
    actor: msgspec.Raw
    verb: msgspec.Raw
    object: msgspec.Raw


_PLACES = ("statement", "payload", "data", "event", "event_str", "source")

_record = msgspec.json.Decoder(_Record).decode
_text = msgspec.json.Decoder(str).decode
_like_a_statement = msgspec.json.Decoder(_Statement).decode
_NOT_READ = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def holds_statement(raw: bytes) -> bool:
    """Whether this is a record of a store, and what is in it looks like a statement."""
    inner = statement_in(raw)
    if inner is None:
        return False
    try:
        _like_a_statement(inner)
    except _NOT_READ:
        return False
    return True


def statement_in(raw: bytes) -> bytes | None:
    """The object that a record of a store holds in the place of the statement; None for any other text."""
    try:
        record = _record(raw)
        if record.actor or record.verb or record.object:
            return None
        inner = bytes(next(filter(None, (getattr(record, name) for name in _PLACES)), b""))
        inner = _text(inner).encode() if inner.startswith(b'"') else inner
    except _NOT_READ:
        return None
    if not inner.startswith(b"{"):
        return None
    return statement_in(inner) or _as_sent(inner)


def _as_sent(statement: bytes) -> bytes:
    """A statement without what MongoDB writes differently: keys with dots, and values that say their type."""
    if b"&46;" in statement:
        statement = _KEYS.sub(_with_dots, statement)
    if b'"$' in statement:
        statement = _DATE.sub(rb"\1", _NUMBER.sub(rb"\1", statement))
    return statement


def _with_dots(text: re.Match[bytes]) -> bytes:
    return text[0].replace(b"&46;", b".") if text[1] else text[0]
