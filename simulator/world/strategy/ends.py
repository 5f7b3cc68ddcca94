"""What the company wants: vision, mix, goals and how they are measured, capabilities, and how ready it is to begin."""

from __future__ import annotations

from datetime import date

from simulator.world.strategy.row import Row
from simulator.world.world import World

GOALS = (
    ("G-1", "Do the work right the first time", "service_quality", "COO", ("first_time_right",)),
    ("G-2", "Be the supplier that customers stay with", "customer", "CCO", ("complaint_rate",)),
    ("G-3", "Shorten the way from request to delivery", "efficiency", "COO", ("lead_time_hours", "handling_minutes")),
    ("G-4", "Everybody goes home safe", "other", "CEO", ("safety_observations",)),
    ("G-5", "Keep what we promise", "customer", "CCO", ("plan_reliability",)),
    ("G-6", "Be a place where people stay", "employee", "CHRO", ("engagement_index",)),
)
"""goal_id, goal, theme, owner, the KPIs that measure it."""

MIX = {
    "formal": (("formal", 0.6), ("informal", 0.4)),
    "synchronous": (("synchronous", 0.45), ("asynchronous", 0.55)),
    "social": (("individual", 0.65), ("social", 0.35)),
    "provider": (("internal", 0.7), ("external", 0.3)),
    "initiative": (("self_directed", 0.4), ("directed", 0.6)),
    "70/20/10": (("on_the_job", 0.5), ("social", 0.2), ("formal", 0.3)),
}
"""Dimension → the chosen share of each form, for the whole company."""

LD_CAPABILITIES = (
    ("curation", 2.0, 3.0, None), ("experience design", 2.5, 3.5, "skills"),
    ("performance consulting", 1.5, 3.5, "mandate"), ("analytics", 1.0, 3.0, "skills"),
    ("ecosystem", 1.5, 2.5, "budget"), ("change", 2.0, 3.0, "mandate"), ("social learning", 2.5, 3.0, None),
)  # fmt: skip
"""A capability of the L&D function, its level in the first year, the level wanted, what is in the way."""

MIDYEAR = (7, 1)


def vision(world: World) -> list[Row]:
    texts = ("Everybody learns at work, from work and for work.", "Learning is seen in the work of every team.")
    return [
        {"vision_id": f"V-{place}", "statement": text, "owner_role": "CEO", "horizon_year": world.period.years[0] + 5}
        for place, text in enumerate(texts, start=1)
    ]


def target_mix(world: World, year: int) -> list[Row]:
    """The company's mix for the year, a point more social learning each year, and one division that can't add up."""
    rows: list[Row] = []
    shift = 0.01 * (year - world.period.years[0])
    for dimension, forms in MIX.items():
        moved = [(form, share + (shift if form == "social" else -shift if form in ("formal", "individual") else 0))
                 for form, share in forms] if dimension in ("social", "70/20/10") else list(forms)  # fmt: skip
        rows += [_share(dimension, form, None, year, share) for form, share in moved]
    division = (("on_the_job", 0.6), ("social", 0.2), ("formal", 0.3))
    return rows + [_share("70/20/10", form, "O10", year, share) for form, share in division]


def _share(dimension: str, form: str, unit: str | None, year: int, share: float) -> Row:
    return {"dimension": dimension, "form": form, "org_unit_id": unit, "year": year, "target_share": round(share, 4)}


def goals(world: World, year: int) -> list[Row]:
    """The third goal is sharpened in the second year."""
    rows: list[Row] = []
    for goal_id, goal, theme, owner, kpis in GOALS:
        is_sharper = goal_id == "G-3" and year > world.period.years[0]
        success = f"{' and '.join(kpis)} {'10 %' if is_sharper else '5 %'} better than in the year before"
        rows.append(
            {"goal_id": goal_id, "goal": goal, "theme": theme, "owner_role": owner, "success_definition": success}
        )
    return rows


def kpis(world: World, year: int) -> list[Row]:
    """Every KPI with its definition, another from the year in which it is redefined, and one that nobody measures."""
    goals = {kpi: goal_id for goal_id, _, _, _, kpis in GOALS for kpi in kpis}
    lags = {programme.kpi_id: 30 * programme.lag_months for programme in world.programmes}
    redefined = _redefined(world)
    rows: list[Row] = []
    for kpi in world.kpis:
        versions = ["1", "2"] if redefined is not None and redefined == (kpi.kpi_id, year) else ["1"]
        if redefined is not None and redefined[0] == kpi.kpi_id and redefined[1] < year:
            versions = ["2"]
        rows += [
            {
                "kpi_id": kpi.kpi_id, "kpi": kpi.title, "goal_id": goals[kpi.kpi_id], "unit_name": kpi.unit_name,
                "direction": kpi.direction, "aggregation": kpi.aggregation, "lag_days": lags.get(kpi.kpi_id, 30),
                "unit_value": kpi.unit_value, "currency": "EUR", "definition_version": version,
            }
            for version in versions
        ]  # fmt: skip
    return [
        *rows,
        {
            "kpi_id": "engagement_index", "kpi": "Engagement index", "goal_id": "G-6", "unit_name": "points",
            "direction": "up", "aggregation": "mean", "lag_days": 90, "unit_value": None, "currency": None,
            "definition_version": "1",
        },
    ]  # fmt: skip


def _redefined(world: World) -> tuple[str, int] | None:
    """The KPI that is redefined and the year in which that happens."""
    month, firsts = world.recipe.upheaval.kpi_redefinition_month, world.period.first_days()
    if month is None or month >= len(firsts):
        return None
    return world.recipe.upheaval.kpi_redefined, firsts[month].year


def capabilities(world: World) -> list[Row]:
    """What the programmes teach, below three wider capabilities, and one for later that nobody set a level for."""
    wider = {"craft": "Craft", "customer-focus": "Customer focus", "leading": "Leading"}
    taught = dict.fromkeys(programme.capability_id for programme in world.programmes)
    parents = list(wider)
    rows = [_capability(name, title, None, None) for name, title in wider.items()]
    rows += [
        _capability(name, name.replace("-", " ").capitalize(), parents[place % 3], world.period.years[0] + 2)
        for place, name in enumerate(taught)
    ]
    return [*rows, _capability("data-literacy", "Data literacy", "craft", world.period.years[0] + 5)]


def _capability(capability_id: str, title: str, parent: str | None, horizon: int | None) -> Row:
    return {
        "capability_id": capability_id, "capability": title, "parent_capability_id": parent,
        "is_strategic": parent is not None, "esco_uri": None, "onet_id": None, "horizon_year": horizon,
    }  # fmt: skip


def capability_targets(world: World, year: int) -> list[Row]:
    """For this year and the next by position, and for five years out by capability alone."""
    leads = world.company.structure.position_id("Team Lead")
    rows: list[Row] = []
    for name in [row["capability_id"] for row in capabilities(world) if row["capability_id"] != "data-literacy"]:
        rows += [_target(name, leads, wanted, 4.0, 5) for wanted in (year, year + 1)]
        rows += [_target(name, None, wanted, 3.0 + 0.5 * (wanted > year + 1), None) for wanted in (year, year + 5)]
    return rows


def _target(capability: object, position: str | None, year: int, level: float, persons: int | None) -> Row:
    return {
        "capability_id": capability, "position_id": position, "org_unit_id": None, "year": year,
        "target_level": level, "persons_wanted": persons,
    }  # fmt: skip


def ld_maturity(world: World, year: int) -> list[Row]:
    """Assessed once a year, in July; half a point better each year where nothing is in the way."""
    rows: list[Row] = []
    for past in range(world.period.years[0] - 1, year):
        gained = 0.5 * (past - world.period.years[0] + 1)
        rows += [
            {
                "ld_capability": name, "level": level + (0 if obstacle else gained), "target_level": wanted,
                "obstacle": obstacle, "assessed_date": date(past, *MIDYEAR),
            }
            for name, level, wanted, obstacle in LD_CAPABILITIES
        ]  # fmt: skip
    return rows


def readiness(world: World, year: int) -> list[Row]:
    """The five starting steps; the last two are answered better in the second year."""
    is_later = year > world.period.years[0]
    items = (
        ("R-1", "map", "yes", "https://intranet.meridian.example.com/learning/map"),
        ("R-2", "vision", "yes", None),
        ("R-3", "couple", "partly", "https://intranet.meridian.example.com/learning/goals"),
        ("R-4", "own", "partly" if is_later else "no", None),
        ("R-5", "pilot", "yes" if is_later else "partly", "https://intranet.meridian.example.com/learning/pilots"),
    )
    return [dict(zip(("item_id", "step", "answer", "evidence_url"), item, strict=True)) for item in items]
