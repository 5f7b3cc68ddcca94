"""Rows of ``activities``: each activity once for a unit, as the latest statement of the unit describes it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from connectors.xapi.fragments import Activity, open_text
from connectors.xapi.tables import record_key


class Activities:
    """Descriptions of activities; the latest one that says anything wins, member by member.

    ``catalogue_codes`` are the IRIs of extensions that hold the organisation's own code for the content.
    """

    def __init__(self, catalogue_codes: Collection[str] = ()) -> None:
        self._catalogue_codes = frozenset(catalogue_codes)
        self._latest: dict[str, dict[str, tuple[int, str]]] = {}
        self._lines: dict[str, int] = {}

    def meet(self, activities: Iterable[Activity], time: int, line: int) -> None:
        """Note descriptions that a landed statement gives; ``time`` is the statement's, in microseconds."""
        for activity in activities:
            self._lines.setdefault(activity.activity_id, line)
            known = self._latest.setdefault(activity.activity_id, {})
            told = {"title": activity.title, "activity_type": activity.activity_type, "language": activity.language}
            codes = (open_text(code) for iri, code in activity.codes if iri in self._catalogue_codes)
            told["catalogue_code"] = next(codes, None)
            for name, value in told.items():
                if value is not None and (name not in known or time >= known[name][0]):
                    known[name] = (time, value)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows of ``activities``."""
        for activity_id, known in self._latest.items():
            told = {name: value for name, (_, value) in known.items()}
            kind = re.split("[/#]", told.get("activity_type", ""))[-1]
            yield {
                "activity_id": activity_id,
                "record_key": record_key([activity_id]),
                "source_line": self._lines[activity_id],
                "activity_kind": kind or None,
                **told,
            }
