"""What the company says of learning: consistent with what happens there, but for the gaps that the truth lists."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from simulator.exports.files import Folder
from simulator.exports.strategy_workbook import StrategyWorkbook
from simulator.recipe import load, names
from simulator.world.licences import LICENCES
from simulator.world.strategy import GAPS, KEYS, Gap, strategy
from simulator.world.world import World, build_world
from tests.connectors.mapped import Mapped, map_file
from tests.simulator.stand_ins import month

Said = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def world() -> World:
    return build_world(load("meridian", months=30))


@pytest.fixture(scope="module")
def said(world: World) -> Said:
    return strategy(world, 2026)


def targets(said: Said, from_id: str, to_type: str) -> list[str]:
    return [row["to_id"] for row in said["links"] if row["from_id"] == from_id and row["to_type"] == to_type]


def found(said: Said, sheet: str, **wanted: object) -> list[dict[str, Any]]:
    return [row for row in said[sheet] if all(row[name] == value for name, value in wanted.items())]


OFFENDERS: dict[str, set[object]] = {
    "goal_without_initiative": {"G-6"},
    "kpi_without_values": {"engagement_index"},
    "initiative_without_owner": {"INI-mentoring"},
    "initiative_without_activity": {"INI-knowledge-cafe"},
    "initiative_in_no_stage": {"INI-quiz-league"},
    "capability_without_target": {"data-literacy"},
    "capability_unlisted": {"spreadsheet-craft"},
    "activity_unknown": {"CAT-9990"},
    "mix_above_one": {("70/20/10", "O10")},
    "policy_not_followed": {"POL-4"},
    "policy_in_wrong_tool": {"POL-5"},
    "agreement_without_tool": {"AGR-3"},
    "requirement_without_register": {"LIC-ADR"},
    "pilot_registered_late": {"INI-mentoring"},
    "readiness_without_evidence": {"R-2"},
}
"""What a careful reader finds wrong, by gap."""


def offenders(world: World, said: Said) -> dict[str, set[object]]:
    """What is wrong with a strategy, found without looking at the list of gaps."""
    goals, initiatives = column_of(said["goals"], "goal_id"), column_of(said["initiatives"], "initiative_id")
    tools = {o.course.code: {x.tool for x in world.offerings if x.course is o.course} for o in world.offerings}
    assigned = {o.course.code for o in world.offerings if o.is_assigned}
    policies = [row for row in said["enrolment_policies"] if row["activity_id"]]
    return {
        "goal_without_initiative": {goal for goal in goals if not targets(said, goal, "initiative")},
        "kpi_without_values": column_of(said["kpis"], "kpi_id") - {kpi.kpi_id for kpi in world.kpis},
        "initiative_without_owner": column_of(found(said, "initiatives", owner_level=None), "initiative_id"),
        "initiative_without_activity": {name for name in initiatives if not targets(said, name, "activity")},
        "initiative_in_no_stage": column_of(found(said, "initiatives", stage="idea"), "initiative_id"),
        "capability_without_target": column_of(said["capabilities"], "capability_id")
        - column_of(said["capability_targets"], "capability_id"),
        "capability_unlisted": column_of(found(said, "links", to_type="capability"), "to_id")
        - column_of(said["capabilities"], "capability_id"),
        "activity_unknown": column_of(found(said, "links", to_type="activity"), "to_id") - tools.keys(),
        "mix_above_one": {key[:2] for key, total in sums(said).items() if abs(total - 1) > 1e-9},
        "policy_not_followed": {
            p["policy_id"] for p in policies if p["approval"] != "none" and p["activity_id"] in assigned
        },
        "policy_in_wrong_tool": {
            p["policy_id"] for p in policies if p["designated_tool"] not in tools[p["activity_id"]]
        },
        "agreement_without_tool": column_of(
            found(said, "agreements", must_be_registered=True, designated_tool=None), "agreement_id"
        ),
        "requirement_without_register": column_of(said["requirements"], "certification_id")
        - {licence.certification_id for licence in LICENCES},
        "pilot_registered_late": {
            p["initiative_id"] for p in said["pilots"] if p["registered_date"] > p["planned_start_date"]
        },
        "readiness_without_evidence": column_of(found(said, "readiness", answer="yes", evidence_url=None), "item_id"),
    }


def column_of(rows: list[dict[str, Any]], column: str) -> set[Any]:
    return {row[column] for row in rows}


def sums(said: Said) -> dict[tuple[str, str | None, int], float]:
    """Shares of each dimension, unit and year."""
    totals: dict[tuple[str, str | None, int], float] = defaultdict(float)
    for row in said["target_mix"]:
        totals[row["dimension"], row["org_unit_id"], row["year"]] += row["target_share"]
    return totals


def test_every_gap_that_the_truth_lists_is_there_and_is_the_only_one_of_its_kind(world: World, said: Said) -> None:
    assert {gap.gap_id for gap in GAPS} == set(OFFENDERS)
    assert offenders(world, said) == OFFENDERS


@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.gap_id)
def test_a_gap_names_a_row_of_its_sheet(said: Said, gap: Gap) -> None:
    rows = [tuple("" if row[name] is None else str(row[name]) for name in KEYS[gap.sheet]) for row in said[gap.sheet]]
    wanted = gap.row.split("|")
    assert any(all(w in ("*", part) for w, part in zip(wanted, row, strict=True)) for row in rows)


@pytest.mark.parametrize("recipe", names())
def test_the_gaps_are_the_same_in_every_recipe(recipe: str) -> None:
    other = build_world(load(recipe, people=200))
    assert offenders(other, strategy(other, other.period.years[-1])) == OFFENDERS


def test_the_gaps_are_there_in_the_first_month_of_a_company_without_programmes() -> None:
    other = build_world(load(people=60, months=1, programmes={}))
    assert offenders(other, strategy(other, other.period.years[0])) == OFFENDERS


def test_what_one_thing_is_tied_to_has_weights_that_add_up_to_one(said: Said) -> None:
    totals: dict[tuple[str, str, str], float] = defaultdict(float)
    for row in said["links"]:
        totals[row["from_type"], row["from_id"], row["to_type"]] += row["weight"]
    assert {round(total, 9) for total in totals.values()} == {1.0}


def test_a_change_of_mind_ends_one_row_and_begins_another(said: Said) -> None:
    (before, after) = found(said, "goals", goal_id="G-3")
    assert before["valid_until"] + timedelta(days=1) == after["valid_from"] == date(2025, 1, 1)
    assert after["valid_until"] is None
    for sheet, rows in said.items():
        spans: dict[tuple[object, ...], list[tuple[date, date]]] = defaultdict(list)
        for row in rows:
            key = tuple(row[name] for name in KEYS[sheet])
            spans[key].append((row["valid_from"], row["valid_until"] or date.max))
        assert all(a[1] < b[0] for span in spans.values() for a, b in pairwise(sorted(span)))


def test_every_programme_is_an_initiative_with_its_goal_its_course_and_its_pilot_teams(
    world: World, said: Said
) -> None:
    for programme in world.programmes:
        name = f"INI-{programme.programme_id.replace('_', '-')}"
        assert targets(said, name, "activity") == [programme.course_code]
        pilots = {row["org_unit_id"]: row["planned_start_date"] for row in found(said, "pilots", initiative_id=name)}
        assert pilots == programme.starts


# ------------------------------------------------------------------------------------------------ as files


@pytest.fixture(scope="module")
def written(world: World, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return saved(world, tmp_path_factory.mktemp("inbox"))


def saved(world: World, to: Path) -> Folder:
    folder = Folder(to, "strategy_workbook")
    tool = StrategyWorkbook(world, folder)
    for ordinal in range(16):  # from October 2025 to January 2027
        tool.month(month(ordinal))
    return folder


def test_it_comes_with_the_first_month_and_every_january_once_as_a_folder_of_files(written: Folder) -> None:
    names = [file.path.relative_to("strategy_workbook").as_posix() for file in written.files]
    assert names == ["strategy_2025.xlsx", *(f"strategy_2026/{sheet}.csv" for sheet in KEYS), "strategy_2027.xlsx"]


def test_every_row_of_every_revision_is_read_but_for_the_stage_that_is_none(
    world: World, written: Folder, tmp_path: Path
) -> None:
    read = [
        map_file(written.root / file.path, "strategy_workbook", tmp_path / str(n))
        for n, file in enumerate(written.files)
    ]
    for file, mapped in zip(written.files, read, strict=True):
        counted = [mapped.counts(kind.kind.name) for kind in mapped.unit.kinds]
        records, rejected = file.counts["records"], file.counts["rejected"]
        assert tuple(map(sum, zip(*counted, strict=True))) == (records, records - rejected, rejected, 0)
    assert sum(file.counts["rejected"] for file in written.files) == 3
    assert_told(read[0], "goals", strategy(world, 2025))
    assert_told(read[-1], "target_mix", strategy(world, 2027))
    for place, sheet in enumerate(KEYS, start=1):
        assert_told(read[place], sheet, strategy(world, 2026))


def assert_told(mapped: Mapped, sheet: str, said: Said) -> None:
    """What landed of a sheet is what was said, with the first day after a row's last one in place of that last one."""
    landed = mapped.rows(f"strategy_{sheet}")
    wanted = [row for row in said[sheet] if row.get("stage") != "idea"]
    for row, found_row in zip(wanted, landed, strict=True):
        until = row.pop("valid_until")
        row["valid_to"] = until + timedelta(days=1) if until else None
        assert {name: found_row[name] for name in row} == row


def test_the_same_company_writes_the_same_bytes(world: World, written: Folder, tmp_path: Path) -> None:
    again = saved(world, tmp_path)
    for file in again.files:
        assert (again.root / file.path).read_bytes() == (written.root / file.path).read_bytes(), file.path
