"""Contexts that are alike but for their registration and session id: one of them is read, the others are filled in.

Nearly every session has a context of its own, so contexts repeat less than all other parts; but take the two ids
away, and a few texts are left.

Why that is exact: the ids are taken out of the text once each, so the text that is left and the ids make the whole
again, and nothing else does. Where the place of an id was another one than that of its key, the id still stands at
its key in what is left, and only a context that is the same to the letter has that text. And whatever the ids are,
as long as they look like one, they break no rule and change nothing but what is filled in here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from connectors.xapi.extensions import CMI5_SESSION, VIDEO_SESSION
from connectors.xapi.formats import is_uuid
from connectors.xapi.fragments import NOT_READ, Part

_MOST = 10_000
"""Texts without ids that are remembered."""


class _Extensions(msgspec.Struct, frozen=True, gc=False):
    cmi5: str = msgspec.field(name=CMI5_SESSION, default="")
    video: str = msgspec.field(name=VIDEO_SESSION, default="")


class _Ids(msgspec.Struct, gc=False):
    registration: str = ""
    extensions: _Extensions = _Extensions()


_read_ids = msgspec.json.Decoder(_Ids).decode
_is_session = re.compile(r"[A-Za-z0-9_.:/-]{8,128}").fullmatch

# No JSON text has a raw NUL in it, so these stand for nothing else.
_REGISTRATION, _SESSION = b"\0r", b"\0s"


class Sessions:
    """The quick way to read contexts, for many sessions that are alike.

    ``quick`` is the way for one of them; ``columns`` are the positions of registration, session id and extensions.
    """

    def __init__(self, quick: Callable[[bytes], Part | None], columns: Sequence[str]) -> None:
        self._quick = quick
        self._places = tuple(columns.index(name) for name in ("registration", "session_id", "context_extensions"))
        self._known: dict[bytes, Part | None] = {}

    def quick(self, raw: bytes) -> Part | None:
        """The part, if it is proven to break no rule."""
        try:
            ids = _read_ids(raw)
        except NOT_READ:
            return None
        registration, session = ids.registration, ids.extensions.cmi5 or ids.extensions.video
        if not (registration and is_uuid(registration) and _is_session(session)):
            return self._quick(raw)
        alike = raw.replace(registration.encode(), _REGISTRATION, 1).replace(session.encode(), _SESSION, 1)
        if alike in self._known:
            known = self._known[alike]
            return self._filled(known, registration.lower(), session) if known else self._quick(raw)
        part = self._quick(raw)
        if part is not None:
            self._remember(alike, self._emptied(part, registration.lower(), session))
        return part

    def _remember(self, alike: bytes, part: Part | None) -> None:
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[alike] = part

    def _emptied(self, part: Part, registration: str, session: str) -> Part | None:
        """A part to be filled; None where it doesn't tell each id once, in its place."""
        at_registration, at_session, at_extensions = self._places
        columns, extensions = list(part.columns), part.columns[at_extensions] or ""
        ids = (registration.encode(), session.encode())
        is_told = (columns[at_registration], columns[at_session]) == (registration, session)
        if not is_told or [*map(part.body.count, ids), extensions.count(session)] != [1, 1, 1]:
            return None
        columns[at_extensions] = extensions.replace(session, _SESSION.decode())
        emptied = part.body.replace(ids[0], _REGISTRATION).replace(ids[1], _SESSION)
        return replace(part, columns=tuple(columns), body=emptied)

    def _filled(self, part: Part, registration: str, session: str) -> Part:
        columns = list(part.columns)
        at_registration, at_session, at_extensions = self._places
        columns[at_registration], columns[at_session] = registration, session
        columns[at_extensions] = columns[at_extensions].replace(_SESSION.decode(), session)
        body = part.body.replace(_REGISTRATION, registration.encode()).replace(_SESSION, session.encode())
        return Part(tuple(columns), body, part.kind, part.is_of_activity, part.agents, part.activities)
