"""Histories of deliveries that nobody thought of: hypothesis draws them, and many of them share one warehouse.

A build costs the same for one company as for forty, so each history is of a world of its own: its own tools, units,
persons and days. No partition belongs to two worlds, so what one world touches can't mend what another one missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from connectors.records import RECORD_KINDS
from tests.dbt_project.landing_files import LandingZone

ADL = "http://adlnet.gov/expapi/verbs/"
TYPES = "http://adlnet.gov/expapi/activities/"
DAYS = 12
"""Days of a world on which something may happen."""
FIRST_DAY, DAYS_APART = date(2002, 1, 1), 60

Row = dict[str, Any]
Action = tuple[str, Any]
Step = list[Action]
"""What is delivered between two builds: what is done, and its arguments."""


# ------------------------------------------------------------------------------------------- what is drawn

_people, _days, _hours = st.integers(0, 2), st.integers(0, DAYS - 1), st.integers(6, 23)
_units, _activities = st.integers(0, 2), st.integers(0, 2)
_extracted = st.integers(DAYS, DAYS + 9)
_event = st.tuples(_people, _days, _hours, st.sampled_from(("viewed", "started", "completed")), _activities)
_statement = st.tuples(st.integers(0, 5), st.integers(0, 1), st.booleans())
"""Which id, which of the two bodies that came under it, and whether its store says when it was stored."""
_milestone = st.tuples(
    _people, _days, st.sampled_from(("confirmed", "started", "completed", "cancelled")), _activities, st.booleans()
)
_score = st.tuples(_people, _days, _activities, st.integers(0, 10), st.booleans())
_hours_learned = st.tuples(_people, _days, _activities, st.integers(0, 90), st.booleans())
_job = st.tuples(_people, st.integers(0, 2))
_held = st.tuples(
    _people, st.integers(0, 2), st.sampled_from((None, None, "1", "2")), st.sampled_from((None, True, False))
)
"""Who holds a job, where, the number of the assignment, and whether it is told as the one that counts."""
_parent = st.tuples(st.integers(0, 2), st.sampled_from((None, 0, 1, 2)))


def _delivery(name: str, row: st.SearchStrategy[Any], *more: st.SearchStrategy[Any]) -> st.SearchStrategy[Action]:
    """A unit of landing, new or in the place of what it landed before, with nothing in it sometimes."""
    return st.tuples(st.just(name), st.tuples(_units, _extracted, st.lists(row, max_size=5), *more))


_action: st.SearchStrategy[Action] = st.one_of(
    _delivery("events", _event),
    _delivery("statements", _statement, st.sampled_from(("lrs", "academy"))),
    _delivery("enrolments", _milestone),
    _delivery("assessments", _score),
    _delivery("learning_time", _hours_learned),
    _delivery("people", _job, _days, st.booleans(), st.booleans()),
    _delivery("jobs", _held, _days, st.booleans()),
    _delivery("org_units", _parent, _days),
    _delivery(
        "catalogue",
        st.tuples(
            _activities,
            st.sampled_from((None, "C1", "C2")),
            st.sampled_from(("course", "assessment")),
            st.sampled_from(("Course", "Class")),
            st.sampled_from((None, True, False)),
        ),
        st.sampled_from(("lms", "lrs")),
    ),
    st.tuples(st.just("remove"), st.tuples(st.sampled_from(("lms", "lrs", "academy", "hr")), _units)),
    st.tuples(st.just("link"), st.tuples(st.sampled_from(("lms", "xapi")), _people, st.sampled_from((None, 0, 1, 2)))),
    st.tuples(st.just("merge"), st.tuples(_people, _people)),
)

_body = st.fixed_dictionaries(
    {
        "person": _people,
        "day": _days,
        "hour": _hours,
        "verb": st.sampled_from(("completed", "passed", "experienced", "commented", "voided")),
        "activity": _activities,
        "score": st.sampled_from((None, 3.0, 8.0)),
        "registration": st.sampled_from((None, "r1")),
        "is_untimed": st.booleans(),
        "target": st.integers(0, 5),
        "stored": st.integers(0, 3),
    }
)


@dataclass
class History:
    """What happens in one world: the statements that its stores may tell of, and the deliveries between builds."""

    bodies: dict[tuple[int, int], Row]
    steps: list[Step] = field(default_factory=list)


def histories(worlds: int, builds: int, *, start: int = 0) -> list[History]:
    """So many histories; the same for the same ``start``, on every machine."""
    drawn: list[History] = []
    steps = st.lists(st.lists(_action, min_size=1, max_size=4), min_size=builds, max_size=builds)
    bodies = st.fixed_dictionaries({(number, body): _body for number in range(6) for body in range(2)})

    @seed(start)
    @settings(
        max_examples=worlds * 4,  # the first ones are the simplest, which say little
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(bodies, steps)
    def draw(bodies: dict[tuple[int, int], Row], steps: list[Step]) -> None:
        drawn.append(History(bodies, steps))

    draw()
    return sorted(drawn, key=lambda history: -sum(map(len, history.steps)))[:worlds]


# ------------------------------------------------------------------------------------------- what it becomes


@dataclass
class World:
    """One history, played into a landing zone that it shares with other worlds."""

    number: int
    history: History
    links: dict[str, int | None] = field(default_factory=dict)
    aliases: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in range(3):
            self.links |= {self.token(system, person): self.person(person) for system in ("hr", "lms", "xapi")}
        del self.links[self.token("lms", 2)]

    @property
    def name(self) -> str:
        return f"w{self.number:03}"

    def person(self, person: int) -> int:
        return self.number * 10 + person + 1

    def token(self, system: str, person: int) -> str:
        return f"{self.name}_{system}_{person}"

    def day(self, day: int) -> str:
        return (FIRST_DAY + timedelta(days=self.number * DAYS_APART + day)).isoformat()

    def begin(self, zone: LandingZone) -> None:
        """What the first build finds in every world, so that all that is drawn meets something."""
        self._people(zone, 0, DAYS, [(person, 0) for person in range(3)], 0, True, True)
        self._org_units(zone, 0, DAYS, [(0, None), (1, 0), (2, 0)], 0)
        self._statements(zone, 0, DAYS, [(number, 0, True) for number in range(4)], "lrs")
        self._events(zone, 0, DAYS, [(person, person + 2, 9, "viewed", 0) for person in range(3)])

    def play(self, zone: LandingZone, step: int) -> None:
        if step < len(self.history.steps):
            for name, arguments in self.history.steps[step]:
                act: Callable[..., None] = getattr(self, f"_{name}")
                act(zone, *arguments)

    def _land(
        self,
        zone: LandingZone,
        tool: str,
        unit: int,
        extracted: int,
        kind: str,
        rows: Iterable[Row],
        untold: Sequence[str] = (),
    ) -> None:
        kinds = {kind: _once(kind, rows)}
        zone.land(
            f"{self.name}_{tool}", f"{self.name}_{unit}", extracted_at=self.day(extracted), untold=untold, **kinds
        )

    def _events(self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[Any, ...]]) -> None:
        self._land(zone, "lms", unit, extracted, "learning_events", (
            {
                "person_token": self.token("lms", person),
                "occurred_at": f"{self.day(day)} {hour:02}:00",
                "verb": verb,
                "activity_id": f"course:{activity}",
                "activity_kind": "course",
            }
            for person, day, hour, verb, activity in rows
        ))  # fmt: skip

    def _statements(
        self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[int, int, bool]], tool: str
    ) -> None:
        self._land(zone, tool, unit, extracted, "statements", (
            self._statement(number, body, extracted if is_stored else None) for number, body, is_stored in rows
        ))  # fmt: skip

    def _statement(self, number: int, body: int, stored: int | None) -> Row:
        said = self.history.bodies[number, body]
        row = {
            "statement_id": f"{self.name}-{number}",
            "body_hash": f"{self.name}-{number}-{body}",
            "untimed_hash": number if said["is_untimed"] else None,
            "actor_token": self.token("xapi", said["person"]),
            "actor_kind": "agent",
            "occurred_at": f"{self.day(said['day'])} {said['hour']:02}:00",
            "verb_id": ADL + said["verb"],
            "object_kind": "activity",
            "object_id": f"http://{self.name}.example.org/course/{said['activity']}",
            "activity_type": TYPES + "course",
            "registration": said["registration"],
            "stored_at": f"{self.day(stored - said['stored'])} 01:00" if stored is not None else None,
        }
        if said["verb"] == "voided":
            return row | {"object_kind": "statement_ref", "object_id": f"{self.name}-{said['target']}"}
        if said["score"] is not None:
            row |= {"score_raw": said["score"], "score_min": 0.0, "score_max": 10.0}
        return row

    def _enrolments(self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[Any, ...]]) -> None:
        self._land(zone, "lms", unit, extracted, "enrolments", (
            {
                "person_token": self.token("lms", person),
                "occurred_at": f"{self.day(day)} 08:00",
                "milestone": milestone,
                "activity_id": f"course:{activity}",
                "enrolment_id": f"e{activity}" if has_id else None,
            }
            for person, day, milestone, activity, has_id in rows
        ))  # fmt: skip

    def _assessments(self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[Any, ...]]) -> None:
        self._land(zone, "lms", unit, extracted, "assessments", (
            {
                "person_token": self.token("lms", person),
                "occurred_at": f"{self.day(day)} 11:00",
                "instrument_id": f"quiz:{activity}",
                "activity_id": f"course:{activity}",
                "score": float(score),
                "is_occurred_at_exact": is_exact,
            }
            for person, day, activity, score, is_exact in rows
        ))  # fmt: skip

    def _learning_time(self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[Any, ...]]) -> None:
        self._land(zone, "lms", unit, extracted, "learning_time", (
            {
                "person_token": self.token("lms", person),
                "learning_date": self.day(day),
                "started_at": f"{self.day(day)} 09:30" if has_start else None,
                "activity_id": f"course:{activity}",
                "minutes": float(minutes),
            }
            for person, day, activity, minutes, has_start in rows
        ))  # fmt: skip

    def _people(
        self,
        zone: LandingZone,
        unit: int,
        extracted: int,
        rows: Sequence[tuple[int, int]],
        day: int,
        is_complete: bool,
        has_units: bool,
    ) -> None:
        self._land(zone, "hr", unit, extracted, "people", (
            {
                "person_token": self.token("hr", person),
                "effective_date": self.day(day),
                "org_unit_id": f"{self.name}_unit_{where}" if has_units else None,
                "is_complete_snapshot": is_complete,
                "series": "hr",
                # Who is in unit 1 came some days before the list, and who is told of unit 2 on a late day had left.
                "hired_date": self.day(day - person - 1) if where == 1 else None,
                "left_date": self.day(day - person - 1) if where == 2 and day > DAYS // 2 else None,
                "employment_status": "left" if where == 2 and day > DAYS // 2 else "active",
            }
            for person, where in rows
        ), untold=() if has_units else ("org_unit_id",))  # fmt: skip

    def _jobs(
        self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[Any, ...]], day: int, is_complete: bool
    ) -> None:
        self._land(zone, "hr", unit, extracted, "job_assignments", (
            {
                "person_token": self.token("hr", person),
                "assignment_id": number,
                "effective_date": self.day(day),
                "org_unit_id": f"{self.name}_unit_{where}",
                "is_primary": is_primary,
                "is_complete_snapshot": is_complete,
                "series": "jobs",
            }
            for person, where, number, is_primary in rows
        ))  # fmt: skip

    def _org_units(
        self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[int, int | None]], day: int
    ) -> None:
        self._land(zone, "hr", unit, extracted, "org_units", (
            {
                "org_unit_id": f"{self.name}_unit_{child}",
                "effective_date": self.day(day),
                "parent_org_unit_id": None if parent in (None, child) else f"{self.name}_unit_{parent}",
            }
            for child, parent in rows
        ))  # fmt: skip

    def _catalogue(
        self, zone: LandingZone, unit: int, extracted: int, rows: Sequence[tuple[Any, ...]], tool: str
    ) -> None:
        ids = {"lms": "course:{}", "lrs": f"http://{self.name}.example.org/course/{{}}"}
        self._land(zone, tool, unit, extracted, "activities", (
            {
                "activity_id": ids[tool].format(activity),
                "title": f"{title} {activity}",
                "activity_kind": kind,
                "is_formal": is_formal,
                "catalogue_code": f"{self.name}_{code}" if code else None,
            }
            for activity, code, kind, title, is_formal in rows
        ))  # fmt: skip

    def _remove(self, zone: LandingZone, tool: str, unit: int) -> None:
        zone.remove(f"{self.name}_{tool}", f"{self.name}_{unit}")

    def _link(self, _: LandingZone, system: str, person: int, of: int | None) -> None:
        self.links[self.token(system, person)] = None if of is None else self.person(of)

    def _merge(self, _: LandingZone, former: int, kept: int) -> None:
        if former > kept and self.person(kept) not in self.aliases:
            self.aliases[self.person(former)] = self.person(kept)


def deliver(zone: LandingZone, worlds: Sequence[World], step: int) -> None:
    """What all worlds deliver between two builds, and what is known of persons by then."""
    for world in worlds:
        if step == 0:
            world.begin(zone)
        world.play(zone, step)
    zone.link({token: person for world in worlds for token, person in world.links.items()})
    zone.alias({former: kept for world in worlds for former, kept in world.aliases.items()})


def _once(kind: str, rows: Iterable[Row]) -> list[Row]:
    """The rows without those that landing would take for the same record."""
    key = RECORD_KINDS[kind].key
    if RECORD_KINDS[kind].repeats:
        return list(rows)
    return list({tuple(str(row.get(column)) for column in key): row for row in rows}.values())
