"""What is filled in bulk is what tincan makes of the same statement."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import tincan

from simulator.exports.files import ZONE
from simulator.exports.xapi.activities import ITEMS, THINGS, right_answer, video_seconds, wrong_answer
from simulator.exports.xapi.broken import RULES
from simulator.exports.xapi.clocks import WallClock
from simulator.exports.xapi.delivery import STORES
from simulator.exports.xapi.filling import Writer, duration_text
from simulator.exports.xapi.rows import MOMENT_BITS, ROW, Rows, enrolments
from simulator.exports.xapi.statements import FORMS, PLACES, RESULTS, SHAPES, Part, Said, Shape, build, service
from simulator.exports.xapi.templates import template
from simulator.world.accounts import Actor
from simulator.world.catalogue import LRS, catalogue
from simulator.world.period import DEFAULT_END, Period, Streams

OFFERINGS = tuple(offering for offering in catalogue(Period(DEFAULT_END, 1)) if offering.tool == LRS)
ACTORS = tuple(
    Actor(person, f"{1000 + 7 * person:06d}", f'mailto:"Zoë 50%, {person}"@example.com', is_matchable=True)
    for person in range(20)
)
INSTANTS = ("2026-01-15T09:00:00.001", "2026-03-29T02:30:00.500", "2026-07-15T21:59:59.999", "2026-10-25T02:30:00.010")
"""Winter, an hour that summer time skips, summer, an hour that comes twice."""
MAIN, SECOND = STORES["xapi"], STORES["academy_lrs"]


def writer(store: str = "xapi") -> Writer:
    return Writer(Streams(5), OFFERINGS, ACTORS, WallClock(ZONE, range(2024, 2028)), STORES[store])


def rows_of(shape: str, form: str) -> Rows:
    """Rows whose every number differs."""
    rng = np.random.default_rng(PLACES[shape])
    rows = np.zeros(40, ROW)
    rows["event"] = rng.integers(1, 2**50, len(rows))
    rows["shape"], rows["form"] = PLACES[shape], FORMS.index(form)
    rows["person"], rows["offering"] = rng.integers(0, len(ACTORS), 40), rng.integers(0, len(OFFERINGS), 40)
    rows["part"], rows["item"] = rng.integers(1, 9, 40), rng.integers(1, ITEMS + 1, 40)
    rows["session"] = enrolments(rows) << MOMENT_BITS | rng.integers(1, 500, 40)
    rows["at"] = np.resize(np.array(INSTANTS, "M8[ms]"), 40)
    rows["stored"] = rows["at"] + rng.integers(1, 86_400_000, 40).astype("m8[ms]")
    rows["stored"] += (rows["stored"].astype(int) % 1000 == 0).astype("m8[ms]")
    rows["seconds"], rows["percent"] = rng.integers(0, 100_000, 40), rng.integers(0, 101, 40)
    rows["seconds"][:5] = (0, 59, 60, 3600, 86_400)
    rows["raw"] = np.round(rng.uniform(0, 100, 40), 1)
    rows["scaled"], rows["success"] = np.round(rows["raw"] / 100, 2), rng.random(40) < 0.5
    rows["leap"], rows["landing"] = np.round(rng.uniform(1, 50, 40), 1), np.round(rng.uniform(50, 60, 40), 1)
    rows["landing"][:10] = rows["leap"][:10]
    rows["time"], rows["time_to"] = np.round(rng.uniform(60, 100, 40), 1), rows["landing"]
    rows["progress"] = np.round(rng.random(40), 3)
    return rows


def said(row: np.void, line: dict[str, object], form: str, writing: Writer) -> Said:
    """The same statement in tincan's types, from the row's numbers; random ids are taken from the line."""
    offering, item = OFFERINGS[row["offering"]], int(row["item"])
    shape = SHAPES[tuple(SHAPES)[row["shape"]]]
    identifier = {"account": "account_name"}.get(form, form)
    leapt = f"{row['leap']}[,]{row['landing']}[.]" if row["leap"] < row["landing"] else ""
    context = line.get("context", {})
    assert isinstance(context, dict)
    session = next((text for name, text in context.get("extensions", {}).items() if "session" in name), "")
    kind = {"plan": "course", "statement": "course"}.get(shape.thing, shape.thing)
    return Said(
        id=str(line["id"]), timestamp=row["at"].item().replace(tzinfo=ZONE),
        stored=row["stored"].item().replace(tzinfo=ZONE).astimezone(UTC), authority=service(MAIN.authority),
        person=getattr(ACTORS[row["person"]], identifier), thing=THINGS[kind](offering, int(row["part"]), item),
        course=offering.activity_id, registration=context.get("registration", ""), session=session,
        members=tuple(getattr(ACTORS[person], identifier) for person in writing.members(np.array([row]))[0]),
        target=writing.targets(np.array([row]))[0], seconds=int(row["seconds"]), percent=int(row["percent"]),
        raw=float(row["raw"]), scaled=float(row["scaled"]), mastery=(offering.course.pass_mark or 0) / 100,
        response=(right_answer if row["success"] else wrong_answer)(item), success=bool(row["success"]),
        time=float(row["time"]), time_to=float(row["time_to"]), progress=float(row["progress"]),
        segments=f"0[.]{leapt}{row['time']}", length=video_seconds(offering),
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_filled_template_is_the_statement_that_tincan_serialises(shape: str, form: str) -> None:
    rows, writing = rows_of(shape, form), writer()
    lines = [json.loads(line) for line in writing.lines(rows, np.array(writing.ids(rows), dtype=object))]
    assert len({line["id"] for line in lines}) == len(rows)
    for row, line in zip(rows, lines, strict=True):
        assert line == build(SHAPES[shape], form, said(row, line, form, writing)).as_version()


def test_the_ids_in_a_statement_are_those_of_its_enrolment_and_its_session() -> None:
    rows = rows_of("cmi5_passed", "account")
    rows["event"][1] = rows["event"][0] + 1
    rows["session"][1] = rows["session"][0]
    lines = [json.loads(line)["context"] for line in writer().lines(rows, np.array(writer().ids(rows), dtype=object))]
    assert lines[0]["registration"] == lines[1]["registration"] != lines[2]["registration"]
    assert len({context["registration"] for context in lines}) == len(lines) - 1
    sessions = [next(text for name, text in one["extensions"].items() if name.endswith("sessionid")) for one in lines]
    assert sessions[0] == sessions[1] and len(set(sessions)) == len(lines) - 1


def test_the_second_lrs_holds_the_same_statement_under_its_own_authority() -> None:
    rows = rows_of("passed", "mbox")
    ids = np.array(writer().ids(rows), dtype=object)
    for one, other in zip(writer().lines(rows, ids), writer(SECOND.tool).lines(rows, ids), strict=True):
        first, second = json.loads(one), json.loads(other)
        assert second.pop("stored").endswith("Z") and first.pop("stored").endswith("+00:00")
        assert first.pop("authority") != second.pop("authority")
        assert first == second


def test_both_notations_of_stored_are_the_same_instant() -> None:
    rows = rows_of("initialized", "mbox")
    ids = np.array(writer().ids(rows), dtype=object)
    moments = [
        [datetime.fromisoformat(json.loads(line)["stored"]) for line in writer(store.tool).lines(rows, ids)]
        for store in (MAIN, SECOND)
    ]
    assert moments[0] == moments[1]


def test_a_slot_for_which_tincan_writes_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    without_raw = Part(lambda _: tincan.Result(success=True), {"raw": ("result", "raw")})
    monkeypatch.setitem(RESULTS, "pass", without_raw)
    with pytest.raises(KeyError, match="raw"):
        template(Shape("https://example.org/verb", "course", "pass"), "mbox", service("lrs"))


@pytest.mark.parametrize("seconds", [0, 1, 59, 60, 61, 3599, 3600, 86_399, 86_400, 90_061, 691_205])
def test_a_duration_is_written_as_tincan_writes_it(seconds: int) -> None:
    assert duration_text(seconds) == tincan.Result(duration=timedelta(seconds=seconds)).as_version()["duration"]


def test_no_rule_is_broken_in_two_ways() -> None:
    assert len(set(RULES)) == len(RULES) >= 20
