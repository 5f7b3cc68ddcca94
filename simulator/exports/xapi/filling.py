"""From rows to the text of statements, in bulk.

rows --by shape and form--> one column of texts per slot --Template.fill--> lines, in the order of the rows
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from simulator.exports.xapi.activities import ITEMS, Activities, as_json, right_answer, video_seconds, wrong_answer
from simulator.exports.xapi.clocks import WallClock, utc_texts
from simulator.exports.xapi.delivery import Store
from simulator.exports.xapi.draws import Draws, Numbers, Uuids
from simulator.exports.xapi.mistakes import MARK_STEP, VOID_STEP
from simulator.exports.xapi.rows import COPY_BITS, Rows, enrolments
from simulator.exports.xapi.statements import FORMS, NAMES, SHAPES, agent, service
from simulator.exports.xapi.templates import Template, template
from simulator.world.accounts import Actor
from simulator.world.catalogue import Offering
from simulator.world.period import Streams

Column = Sequence[str]
Texts = npt.NDArray[np.object_]


class Writer:
    """Writes the rows of one store as statements."""

    def __init__(
        self, streams: Streams, offerings: Sequence[Offering], actors: Sequence[Actor], clock: WallClock, store: Store
    ) -> None:
        self._store, self._clock, self._activities = store, clock, Activities(tuple(offerings))
        self._ids, self._registrations, self._sessions = (
            Uuids(streams, purpose) for purpose in ("ids", "registrations", "sessions")
        )
        self._company = Draws(streams, "company in groups")
        self._actors = actors
        self._people = [_texts([getattr(actor, name) for actor in actors]) for name in _IDENTIFIERS]
        self._courses = _texts([offering.activity_id for offering in offerings])
        self._masteries = _texts([repr((offering.course.pass_mark or 0) / 100) for offering in offerings])
        self._lengths = _texts([str(video_seconds(offering)) for offering in offerings])
        self._templates: dict[tuple[int, int], Template] = {}
        self._columns: dict[str, Callable[[Rows], Column]] = {
            "timestamp": lambda rows: clock.local_texts(rows["at"]),
            "stored": lambda rows: utc_texts(clock.utc(rows["stored"]), store.ending),
            "person": self._person,
            "members": self._members,
            "thing": self._thing,
            "target": self.targets,
            "registration": lambda rows: self._registrations.texts(enrolments(rows)),
            "session": lambda rows: self._sessions.texts(rows["session"]),
            "course": lambda rows: self._courses[rows["offering"]].tolist(),
            "mastery": lambda rows: self._masteries[rows["offering"]].tolist(),
            "length": lambda rows: self._lengths[rows["offering"]].tolist(),
            "seconds": lambda rows: list(map(duration_text, rows["seconds"].tolist())),
            "percent": lambda rows: list(map(str, rows["percent"].tolist())),
            "success": lambda rows: [_JSON_FLAGS[flag] for flag in rows["success"].tolist()],
            "response": _response,
            "segments": _segments,
        } | {name: _number(name) for name in ("raw", "scaled", "time", "time_to", "progress")}

    def ids(self, rows: Rows) -> list[str]:
        """The id of each statement; the copies of an event have others than the event itself."""
        return self._ids.texts(rows["event"] << COPY_BITS | rows["copy"])

    def originals(self, rows: Rows) -> list[str]:
        """The id that each event went by the first time."""
        return self._ids.texts(rows["event"] << COPY_BITS)

    def targets(self, rows: Rows) -> list[str]:
        """What each void voids: the event before it."""
        return self._ids.texts(rows["event"] - VOID_STEP + MARK_STEP << COPY_BITS)

    def lines(self, rows: Rows, ids: Texts) -> Texts:
        """Each row as a statement: JSON without blanks."""
        written = np.empty(len(rows), dtype=object)
        kinds = rows["shape"].astype(np.int64) * len(FORMS) + rows["form"]
        order = np.argsort(kinds, kind="stable")
        distinct, starts = np.unique(kinds[order], return_index=True)
        for kind, index in zip(distinct.tolist(), np.split(order, starts[1:]), strict=True):
            chosen, one = rows[index], self._template(*divmod(kind, len(FORMS)))
            columns = {slot: self._columns[slot](chosen) for slot in set(one.slots) - {"id"}}
            written[index] = one.fill(columns | {"id": ids[index].tolist()})
        return written

    def _template(self, shape: int, form: int) -> Template:
        if (shape, form) not in self._templates:
            made = template(SHAPES[NAMES[shape]], FORMS[form], service(self._store.authority))
            self._templates[shape, form] = made
        return self._templates[shape, form]

    def _thing(self, rows: Rows) -> Column:
        kind = SHAPES[NAMES[rows["shape"][0]]].thing
        return self._activities.texts(
            "course" if kind == "plan" else kind, rows["offering"], rows["part"], rows["item"]
        )

    def _person(self, rows: Rows) -> Column:
        people: list[str] = self._people[rows["form"][0]][rows["person"]].tolist()
        return people

    def _members(self, rows: Rows) -> Column:
        """The learner and two others, as the members of a group that has no name."""
        form = rows["form"][0]
        return [
            as_json([agent(FORMS[form], getattr(self._actors[one], _IDENTIFIERS[form])).as_version() for one in group])
            for group in self.members(rows).tolist()
        ]

    def members(self, rows: Rows) -> Numbers:
        """Three persons for each row, one of them its own."""
        others = [self._company.integers(rows["event"] << 1 | place, 0, len(self._actors) - 1) for place in (0, 1)]
        return np.stack([rows["person"], *others], axis=1)


def _number(name: str) -> Callable[[Rows], Column]:
    return lambda rows: list(map(repr, rows[name].tolist()))


def _response(rows: Rows) -> Column:
    return [_ANSWERS[given] for given in zip(rows["item"].tolist(), rows["success"].tolist(), strict=True)]


def _segments(rows: Rows) -> Column:
    """``0[.]41.5[,]80[.]120``: what was watched, without what was leapt over."""
    watched = zip(rows["leap"].tolist(), rows["landing"].tolist(), rows["time"].tolist(), strict=True)
    return [f"0[.]{leap}[,]{landing}[.]{end}" if leap < landing else f"0[.]{end}" for leap, landing, end in watched]


@cache
def duration_text(seconds: int) -> str:
    """``PT01H02M03S``, with the leading zeros and the parts that tincan writes."""
    days, rest = divmod(seconds, 86_400)
    minutes, left = divmod(rest, 60)
    if days:
        return f"P{days}DT{minutes // 60:02}H{minutes % 60:02}M{left:02}S"
    if rest >= 3600:
        return f"PT{minutes // 60:02}H{minutes % 60:02}M{left:02}S"
    return f"PT{minutes:02}M{left:02}S" if minutes else f"PT{left:02}S"


_IDENTIFIERS = ("account_name", "mbox", "mbox_sha1sum")
"""What an Actor calls the identifiers, in the order of FORMS."""
_JSON_FLAGS = {True: "true", False: "false"}
_ANSWERS = {(item, True): right_answer(item) for item in range(1, ITEMS + 1)} | {
    (item, False): wrong_answer(item) for item in range(1, ITEMS + 1)
}


def _texts(texts: Sequence[str]) -> Texts:
    """Texts as they stand between the quotes of a JSON string."""
    return np.array([as_json(text)[1:-1] for text in texts], dtype=object)
