"""One call from a recipe to the files of a whole company.

    recipe → world → month → tools' exports (all at once, month by month)
                           → truth

Each purpose draws from a random stream of its own, so a new tool changes none of what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from simulator.exports import Export
from simulator.exports.absence_register import AbsenceRegister
from simulator.exports.certification_register import CertificationRegister
from simulator.exports.classroom_attendance import ClassroomAttendance
from simulator.exports.cost_lines import CostLines
from simulator.exports.files import Folder, WrittenFile
from simulator.exports.kpi_table import KpiTable
from simulator.exports.moodle import Moodle
from simulator.exports.observation_checklist import ObservationChecklist
from simulator.exports.skills_matrix import SkillsMatrix
from simulator.exports.strategy_workbook import StrategyWorkbook
from simulator.exports.surveymonkey import SurveyMonkey
from simulator.exports.test_scores import TestScores
from simulator.exports.time_registration import TimeRegistration
from simulator.exports.totara import Totara
from simulator.exports.totara_jobs import TotaraJobs
from simulator.exports.training_requests import TrainingRequests
from simulator.exports.udemy_business import UdemyBusiness
from simulator.exports.xapi import Lrs
from simulator.recipe import Recipe, RecipeError, load
from simulator.truth import Truth
from simulator.world.catalogue import CLASSROOM, LRS, LXP, MOODLE, SECOND_LRS
from simulator.world.chronicle import Chronicle
from simulator.world.world import World, build_world

Progress = Callable[[int, int], None]
"""Told after every month: months done, months in all."""

TOOLS: Mapping[str, tuple[Callable[[World, Folder], Export], ...]] = {
    "totara": (Totara, TotaraJobs),
    MOODLE: (Moodle,),
    LRS: (Lrs,),
    SECOND_LRS: (Lrs,),
    LXP: (UdemyBusiness,),
    CLASSROOM: (ClassroomAttendance,),
    "training_requests": (TrainingRequests,),
    "test_scores": (TestScores,),
    "observation_checklist": (ObservationChecklist,),
    "time_registration": (TimeRegistration,),
    "absence_register": (AbsenceRegister,),
    "certification_register": (CertificationRegister,),
    "cost_lines": (CostLines,),
    "kpi_table": (KpiTable,),
    "skills_matrix": (SkillsMatrix,),
    "strategy_workbook": (StrategyWorkbook,),
    "surveymonkey": (SurveyMonkey,),
}
"""Tool, which is the name of its folder → what it exports."""


@dataclass(frozen=True)
class Written:
    """What was written: paths are relative to the folder that was asked for, which is made for an inbox."""

    recipe: Recipe
    files: tuple[WrittenFile, ...]

    @property
    def size(self) -> int:
        """Bytes in all files."""
        return sum(file.size for file in self.files)

    @property
    def tools(self) -> tuple[str, ...]:
        return tuple(sorted({file.path.parts[0] for file in self.files}))

    def count(self, name: str, tool: str = "") -> int:
        """Sum of one planted count, such as ``records`` or ``rejected``, over the files of a tool (or of all)."""
        return sum(file.counts.get(name, 0) for file in self.files if not tool or file.path.parts[0] == tool)


def write_company(
    to: Path, truth: Path | None = None, recipe: Recipe | None = None, progress: Progress | None = None
) -> Written:
    """Write the exports of a simulated company to ``to/<tool>/``, and the truth about it to ``truth``.

    The same recipe gives the same bytes. Raises RecipeError where the recipe doesn't fit.
    """
    recipe = recipe or load()
    world = build_world(recipe)
    folders = {tool: Folder(to, tool) for tool in _asked(recipe)}
    exports = {tool: [make(world, folder) for make in TOOLS[tool]] for tool, folder in folders.items()}
    everything = list(chain.from_iterable(exports.values()))
    told = Truth(truth, world) if truth is not None else None
    for month in Chronicle(world):
        for export in everything:
            export.month(month.happened)
        if told is not None:
            told.month(month, [lrs.take_sent() for lrs in everything if isinstance(lrs, Lrs)])
        if progress is not None:
            progress(month.happened.ordinal + 1, recipe.months)
    files = tuple(file for folder in folders.values() for file in folder.files)
    if told is not None:
        signed_up = [export.identities() for export in everything if isinstance(export, UdemyBusiness)]
        told.close(files, {LXP: chain.from_iterable(signed_up)})
    return Written(recipe, files)


def _asked(recipe: Recipe) -> tuple[str, ...]:
    if unknown := sorted(set(recipe.tools) - set(TOOLS)):
        raise RecipeError(f"the recipe {recipe.name} asks for unknown tools {unknown}; there are {', '.join(TOOLS)}")
    return tuple(tool for tool in TOOLS if not recipe.tools or tool in recipe.tools)
