"""How the company means to get there: initiatives and their ties, policies, agreements, requirements and pilots."""

from __future__ import annotations

from datetime import date, timedelta

from simulator.world.licences import LICENCES
from simulator.world.programmes import Programme
from simulator.world.strategy.ends import GOALS
from simulator.world.strategy.row import Row
from simulator.world.world import World

LINE_ACTIVITIES = ("CAT-1030", "CAT-1050", "CAT-1110", "CAT-1160", "CAT-9990")
"""What the line learns by itself; no tool offers the last one."""


def initiatives(world: World, year: int) -> list[Row]:
    first = world.period.years[0]
    budget = float(round(20 * world.recipe.people, -2))
    stage = "idea" if year == first else "map"
    rows = [
        _initiative("INI-line-learning", "Learning in the line", "manager", "own", date(first, 1, 15), budget),
        _initiative("INI-mentoring", "Mentoring", None, "pilot", date(first, 2, 1), budget / 2),
        _initiative("INI-knowledge-cafe", "Knowledge café", "employee", "couple", date(first, 4, 1), None),
        _initiative("INI-quiz-league", "Quiz league", "employee", stage, None, None),
    ]
    for place, programme in enumerate(world.programmes):
        starts = min(programme.starts.values())
        scaled = year > starts.year and len(programme.starts) > 1
        stage = "scale" if scaled else "pilot" if year == starts.year else "own"
        owner = ("hr", "manager")[place % 2]
        rows.append(_initiative(_id(programme), programme.title, owner, stage, starts, 2 * budget))
    return rows


def _initiative(
    name: str, title: str, owner: str | None, stage: str, started: date | None, budget: float | None
) -> Row:
    return {
        "initiative_id": name, "initiative": title, "owner_level": owner, "stage": stage, "started_date": started,
        "budget": budget, "currency": "EUR" if budget else None,
    }  # fmt: skip


def _id(programme: Programme) -> str:
    return f"INI-{programme.programme_id.replace('_', '-')}"


def links(world: World) -> list[Row]:
    """Weights add up to 1 for each thing that several others hang from."""
    rows: list[Row] = []
    for goal_id, _, _, _, kpis in GOALS:
        rows += _tied("goal", goal_id, "kpi", kpis)
        if goal_id != "G-6":
            named = ["INI-line-learning", *(_id(p) for p in world.programmes if p.kpi_id in kpis)]
            named += ["INI-mentoring", "INI-knowledge-cafe", "INI-quiz-league"] if goal_id == "G-5" else []
            rows += _tied("goal", goal_id, "initiative", named)
    rows += _tied("initiative", "INI-line-learning", "activity", LINE_ACTIVITIES)
    rows += _tied("initiative", "INI-mentoring", "activity", ("CAT-1060",))
    rows += _tied("initiative", "INI-quiz-league", "activity", ("CAT-1180",))
    rows += _tied("activity", "CAT-1080", "capability", ("spreadsheet-craft",))
    for programme in world.programmes:
        rows += _tied("initiative", _id(programme), "activity", (programme.course_code,))
        rows += _tied("activity", programme.course_code, "capability", (programme.capability_id,))
    return rows


def _tied(from_type: str, from_id: str, to_type: str, to_ids: list[str] | tuple[str, ...]) -> list[Row]:
    """Ties from one thing to several, of equal weight; the last one takes what rounding leaves."""
    weight = round(1 / len(to_ids), 2)
    weights = [weight] * (len(to_ids) - 1) + [round(1 - weight * (len(to_ids) - 1), 2)]
    return [
        {"from_type": from_type, "from_id": from_id, "to_type": to_type, "to_id": to_id, "weight": share}
        for to_id, share in zip(to_ids, weights, strict=True)
    ]


def enrolment_policies(world: World) -> list[Row]:
    heads = world.company.structure.position_id("Team Lead")
    return [
        _policy("POL-1", None, "session", None, "classroom_attendance", "manager", True, 10),
        _policy("POL-2", None, "course", None, None, "manager", False, 10),
        _policy("POL-3", "CAT-1060", None, heads, "moodle", "both", True, 15),
        _policy("POL-4", "CAT-1010", None, None, "moodle", "manager", True, 3),
        _policy("POL-5", "CAT-1190", None, None, "moodle", "none", False, None),
    ]


def _policy(
    name: str, activity: str | None, kind: str | None, position: str | None, tool: str | None, approval: str,
    confirmed: bool, days: int | None,
) -> Row:  # fmt: skip
    return {
        "policy_id": name, "activity_id": activity, "activity_kind": kind, "eligible_position_id": position,
        "eligible_org_unit_id": None, "designated_tool": tool, "approval": approval, "needs_confirmation": confirmed,
        "within_days": days,
    }  # fmt: skip


def agreements(world: World, year: int) -> list[Row]:
    """The cap on formal learning in working time rises in the second year."""
    cap = 40.0 if year == world.period.years[0] else 48.0
    said = (
        ("AGR-1", "Formal learning is working time", "formal", False, "moodle", cap),
        ("AGR-2", "Informal learning is written down in the time sheet", "informal", True, "time_registration", None),
        ("AGR-3", "Coaching is registered", "both", True, None, 12.0),
    )
    names = ("agreement_id", "agreement", "applies_to", "must_be_registered", "designated_tool", "cap_hours_per_year")
    return [dict(zip(names, row, strict=True)) for row in said]


def requirements(world: World) -> list[Row]:
    """What the licence register asks of each position, and a licence that no register knows."""
    asked = [
        (position, licence.certification_id, licence.regulator, licence.months, licence.hours)
        for licence in LICENCES
        for position in licence.positions
    ]
    asked.append(("Planner", "LIC-ADR", "Transport Inspectorate", 60, 16.0))
    return [
        {
            "position_id": world.company.structure.position_id(position), "certification_id": certification,
            "regulator": regulator, "cycle_months": months, "validity_months": months, "cpd_hours": hours,
        }
        for position, certification, regulator, months, hours in asked
    ]  # fmt: skip


def pilots(world: World) -> list[Row]:
    """Every team of every programme, written down before the first one starts; and one pilot too late.

    The whole plan stands in the first revision: a wave that is added later would be another plan.
    """
    begun = date(world.period.years[0], 2, 1)
    rows = [_pilot("INI-mentoring", "plan_reliability", "O10", 1, begun, 30, begun + timedelta(days=20), "chosen")]
    for programme in world.programmes:
        waves = sorted(set(programme.starts.values()))
        written = min(waves[0] - timedelta(days=42), world.period.first_days()[0])
        assignment = "randomised" if programme.assignment == "randomised" else "chosen"
        rows += [
            _pilot(
                _id(programme), programme.kpi_id, team, waves.index(start) + 1, start, 30 * programme.lag_months,
                written, assignment,
            )
            for team, start in sorted(programme.starts.items(), key=lambda item: (item[1], item[0]))
        ]  # fmt: skip
    return rows


def _pilot(
    initiative: str, kpi: str, unit: str, order: int, start: date, lag: int, registered: date, assignment: str
) -> Row:  # fmt: skip
    return {
        "initiative_id": initiative, "kpi_id": kpi, "org_unit_id": unit, "start_order": order,
        "planned_start_date": start, "window_days": 180, "lag_days": lag, "registered_date": registered,
        "assignment": assignment,
    }  # fmt: skip
