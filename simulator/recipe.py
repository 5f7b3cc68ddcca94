"""What a recipe may say: which company is simulated, what happens to it, and what is planted in its exports.

    recipes/NAME.yaml (extends another) + what the command asks for → Recipe

Every number here is a planted truth: the same recipe, size and seed give the same bytes.
"""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from simulator.world.kpis import KPIS
from simulator.world.period import DEFAULT_END

RECIPES = Path(__file__).parent / "recipes"
DEFAULT = "meridian"


class RecipeError(ValueError):
    """A recipe that can't be cooked, said so that its writer can mend it."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Workforce(_Part):
    """What happens to people. Shares are of the headcount and per month, unless they say otherwise."""

    leave: float = Field(default=0.011, ge=0, le=0.5)
    join: float = Field(default=0.013, ge=0, le=0.5)
    move: float = Field(default=0.009, ge=0, le=0.5)
    rename: float = Field(default=0.002, ge=0, le=0.5)
    absence: float = Field(default=0.035, ge=0, le=0.5, description="Absences of a day or more that begin.")
    return_share: float = Field(default=0.12, ge=0, le=1, description="Leavers who come back.")
    new_number_share: float = Field(default=0.3, ge=0, le=1, description="Of those, under another employee number.")
    recycled_email_share: float = Field(
        default=0.06, ge=0, le=1, description="Leavers whose address goes to a later namesake."
    )
    second_job_share: float = Field(default=0.02, ge=0, le=1, description="People who hold a second job for a while.")
    twin_share: float = Field(default=0.01, ge=0, le=1, description="People with a namesake in the same team.")
    private_address_share: float = Field(
        default=0.022, ge=0, le=1, description="People whose account bears a private address, unknown to HR."
    )


class Learning(_Part):
    """How much is learned, and how well the process around it is kept."""

    popularity: float = Field(default=1.0, ge=0, description="Times as many free choices.")
    completion: float = Field(default=0.0, description="Added to every chance to finish, in logits.")
    statements: int = Field(default=1, ge=1, description="Times as many interactions that a player sends per part.")
    needs_approval_share: float = Field(
        default=0.45, ge=0, le=1, description="Offerings whose participation asks for approval."
    )
    skipped_approval_share: float = Field(
        default=0.14, ge=0, le=1, description="Of those enrolments, begun without waiting."
    )
    informal_hours: float = Field(default=2.2, ge=0, description="Informal learning per person and month, in hours.")
    registered_share: float = Field(default=0.4, ge=0, le=1, description="Of informal learning, written down.")
    survey_response: float = Field(
        default=0.62, ge=0, le=1, description="Invited people who answer; appliers more often."
    )
    observed_share: float = Field(default=0.5, ge=0, le=1, description="Trained people who are observed at work.")


class Delivery(_Part):
    """What goes wrong between a tool and the warehouse."""

    late_share: float = Field(default=0.025, ge=0, le=1, description="Enrolments done offline, told weeks later.")
    void_share: float = Field(
        default=0.03, ge=0, le=1, description="Unfinished enrolments completed by mistake, then voided."
    )
    duplicate_share: float = Field(default=0.008, ge=0, le=1, description="Statements twice in one dump.")
    invalid_per_dump: int = Field(default=1, ge=0, description="Statements that break a rule, per dump.")
    second_lrs_share: float = Field(default=0.15, ge=0, le=1, description="Statements that a second LRS holds as well.")
    clock_skew_share: float = Field(
        default=0.01, ge=0, le=1, description="Enrolments on a device whose clock is wrong."
    )
    dirty_identifier_share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="Identifiers in tools that were mistyped, made up, left out or somebody else's.",
    )
    corrected: bool = Field(default=True, description="Some exports are delivered again with corrections.")
    truncated: bool = Field(default=False, description="One export breaks off in the middle, and comes whole later.")
    hr_every_months: int = Field(default=1, ge=1, description="Months between complete HR exports.")


class Upheaval(_Part):
    """What changes for everybody; counted in months from 0, empty for never."""

    reorganisation_month: int | None = Field(
        default=None, ge=1, description="Two teams merge, a department changes division."
    )
    kpi_redefinition_month: int | None = Field(
        default=None, ge=1, description="`kpi_redefined` is measured otherwise from then on."
    )
    kpi_redefined: str = "handling_minutes"
    kpi_redefinition_factor: float = 1.12


class ProgrammePlan(_Part):
    """A programme as a recipe describes it; ``simulator.world.programmes`` gives it teams and dates."""

    title: str
    course_code: str
    capability_id: str
    kpi_id: str
    effect: float
    adoption: float = Field(default=1.0, gt=0, le=1)
    forgetting: float = Field(default=0.0, ge=0, lt=1)
    lag_months: int = Field(default=1, ge=0)
    opportunity: float = Field(default=0.85, ge=0, le=1)
    compliance: float = Field(default=0.92, ge=0, le=1)
    spillover: float = Field(default=0.0, ge=0, le=1)
    leaving: float = Field(default=1.0, ge=0)
    assignment: Literal["randomised", "better_first", "chosen"] = "randomised"
    start_months: tuple[int, ...] = Field(min_length=1, description="Months, from 0, in which a wave is trained.")
    teams_share: float | None = Field(default=None, gt=0, le=1, description="Share of all teams that are ever trained.")
    teams: int | None = Field(default=None, ge=1, description="Or their number.")

    @field_validator("kpi_id")
    @classmethod
    def _is_measured(cls, kpi_id: str) -> str:
        known = [kpi.kpi_id for kpi in KPIS]
        if kpi_id not in known:
            raise ValueError(f"there is no KPI {kpi_id!r}; the company measures {', '.join(known)}")
        return kpi_id


class Recipe(_Part):
    """A company to simulate. ``tools`` limits who exports; empty means all."""

    name: str
    title: str
    about: str
    people: int = Field(default=400, ge=20)
    months: int = Field(default=18, ge=1)
    seed: int = 7
    end: date = DEFAULT_END
    tools: tuple[str, ...] = ()
    workforce: Workforce = Workforce()
    learning: Learning = Learning()
    delivery: Delivery = Delivery()
    upheaval: Upheaval = Upheaval()
    programmes: dict[str, ProgrammePlan] = {}


def names() -> tuple[str, ...]:
    """The recipes that ship with Throughline."""
    return tuple(sorted(path.stem for path in RECIPES.glob("*.yaml")))


def load(name: str = DEFAULT, **asked: Any) -> Recipe:
    """The recipe of that name, or in that file, with what was ``asked`` (None: as the recipe says) on top."""
    content = _content(name, ()) | {key: value for key, value in asked.items() if value is not None}
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise RecipeError(f"the recipe {name} can't be used: {told}") from error


def _content(name: str, heirs: tuple[str, ...]) -> dict[str, Any]:
    """What a recipe says, laid over what it extends."""
    if name in heirs:
        raise RecipeError(f"the recipes {' → '.join((*heirs, name))} extend one another in a circle")
    path = _path(name)
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RecipeError(f"{path} is not YAML: {error}") from error
    if not isinstance(said, dict):
        raise RecipeError(f"{path} should hold a mapping that begins with `title:`")
    base = _content(said.pop("extends"), (*heirs, name)) if "extends" in said else {}
    return _over(base, {"name": path.stem, **said})


def _over(base: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """``said`` on top of ``base``; mappings are merged, and a key whose value is empty is taken away."""
    merged = dict(base)
    for key, value in said.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _over(merged[key], value)
        else:
            merged[key] = value
    return merged


def _path(name: str) -> Path:
    own = Path(name)
    if own.suffix in (".yaml", ".yml"):
        if not own.exists():
            raise RecipeError(f"there is no recipe {own}")
        return own
    if name in names():
        return RECIPES / f"{name}.yaml"
    near = difflib.get_close_matches(name, names(), n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names())}, or a .yaml file of your own"
    raise RecipeError(f"there is no recipe {name!r}; {hint}")
