"""What truly happened in one month: the seam between the world and the tools that tell of it.

    world --one Happenings a month--> every export, and the truth

Each field is a table. Instants are the company's local time without a zone (``datetime64[s]``), days are
``datetime64[s]`` at midnight; ``person`` is the row in ``Company.people``, ``offering`` the place in
``World.offerings``, ``programme`` the place in ``World.programmes``; -1 is nobody and nothing. Rows are in the order
of their instant. A table that is empty still has its columns and types, so that an export needs no special case.
No tool knows all of this: what a tool leaves out, gets wrong or hears late is that export's own doing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

COLUMNS: dict[str, dict[str, str]] = {
    # One request to take part, with the decision on it. Rows appear in the month in which they were decided (or
    # asked for, while pending). ``is_skipped``: the learner began without waiting; such an enrolment has no request
    # at all, or one that was asked for after the start.
    "requests": {
        "request": "int64", "person": "int64", "offering": "int64", "requested_at": "datetime64[s]",
        "decision": "str",  # approved, rejected, pending
        "decided_by": "int64", "decided_at": "datetime64[s]", "confirmed_at": "datetime64[s]", "is_skipped": "bool",
    },
    # One place in one offering. ``initiator``: hr, manager, employee. ``due_at`` only where it was assigned.
    "enrolments": {
        "enrolment": "int64", "person": "int64", "offering": "int64", "enrolled_at": "datetime64[s]",
        "due_at": "datetime64[s]", "initiator": "str", "programme": "int64",
    },
    # One sitting. ``progress`` is 0–1 after it; ``ordinal`` counts from 1 within the enrolment.
    "sessions": {
        "enrolment": "int64", "person": "int64", "offering": "int64", "ordinal": "int64", "at": "datetime64[s]",
        "minutes": "float64", "progress": "float64", "previous_progress": "float64",
    },
    # One try at the offering's test. ``score`` is 0–100.
    "attempts": {
        "attempt": "int64", "enrolment": "int64", "person": "int64", "offering": "int64", "ordinal": "int64",
        "at": "datetime64[s]", "score": "float64", "is_pass": "bool",
    },
    # The moment at which an enrolment was completed.
    "completions": {
        "enrolment": "int64", "person": "int64", "offering": "int64", "at": "datetime64[s]", "score": "float64",
    },
    # One person at one classroom session. ``attendance``: attended, partly_attended, no_show, excused.
    "attendances": {
        "session": "int64", "person": "int64", "offering": "int64", "started_at": "datetime64[s]",
        "planned_minutes": "float64", "attended_minutes": "float64", "attendance": "str",
    },
    # One stretch of learning of one person, formal or informal. ``is_registered``: the person wrote it down.
    # ``mode``: on_the_job, social, formal. ``offering`` -1 for informal learning.
    "learning_time": {
        "entry": "int64", "person": "int64", "offering": "int64", "day": "datetime64[s]", "minutes": "float64",
        "is_formal": "bool", "mode": "str", "initiator": "str", "is_registered": "bool",
    },
    # One score on the instrument of a programme. ``occasion``: pre, post, delayed; ``form``: A or B (parallel forms).
    "tests": {
        "person": "int64", "programme": "int64", "occasion": "str", "form": "str", "at": "datetime64[s]",
        "score": "float64", "score_max": "float64", "is_passed": "bool",
    },
    # One answered questionnaire about a programme. ``occasion``: end, follow_up. Items 1–5 (``satisfaction``,
    # ``relevance``, ``intent``, ``support``); follow-ups add ``success`` (1–5), ``has_applied`` and ``barrier`` (none,
    # no_opportunity, no_support, not_relevant, forgot). NaN and "" where not asked. Who was invited and did not answer
    # is not here.
    "surveys": {
        "response": "int64", "person": "int64", "programme": "int64", "occasion": "str", "at": "datetime64[s]",
        "satisfaction": "float64", "relevance": "float64", "intent": "float64", "support": "float64",
        "success": "float64", "has_applied": "float64", "barrier": "str",
    },
    # One answered yearly culture survey, anonymous but for the unit. Items 1–5 in ``CLIMATE_ITEMS`` order.
    "climate": {
        "response": "int64", "person": "int64", "org_unit_id": "str", "at": "datetime64[s]",
        "time_1": "float64", "time_2": "float64", "manager_1": "float64", "manager_2": "float64",
        "safety_1": "float64", "safety_2": "float64", "sharing_1": "float64", "sharing_2": "float64",
        "reward_1": "float64", "reward_2": "float64",
    },
    # One observation at work. ``observation_type``: behaviour, brief, debrief, opportunity; ``observer_type``: manager,
    # peer, system; ``rating`` 1–5 against ``standard`` 3 (behaviour only); ``assist_level``: none, prompted, assisted.
    "observations": {
        "observation": "int64", "person": "int64", "observer": "int64", "observer_type": "str",
        "observation_type": "str", "programme": "int64", "at": "datetime64[s]", "rating": "float64",
        "standard": "float64", "assist_level": "str",
    },
    # One person's level (0–5, in halves) on one capability. ``assessor_type``: self, manager.
    "capability_assessments": {
        "person": "int64", "capability_id": "str", "at": "datetime64[s]", "level": "float64",
        "target_level": "float64", "assessor_type": "str",
    },
    # ``event``: required, awarded, renewed, expired, revoked, exempted.
    "certifications": {
        "person": "int64", "certification_id": "str", "event": "str", "day": "datetime64[s]",
        "valid_to": "datetime64[s]", "cpd_hours": "float64",
    },
    # One KPI of one team in one month as its system measured it. ``numerator``/``denominator`` for ratios, else NaN.
    "kpi_values": {
        "kpi_id": "str", "org_unit_id": "str", "period_start": "datetime64[s]", "period_end": "datetime64[s]",
        "value": "float64", "numerator": "float64", "denominator": "float64", "definition_version": "str",
    },
    # ``offering`` -1 for a licence, whose tool is ``cost_tool``. ``cost_type``: direct, opportunity. Amounts in EUR.
    "costs": {
        "cost": "int64", "offering": "int64", "provider": "str", "cost_tool": "str", "org_unit_id": "str",
        "cost_type": "str", "amount": "float64", "period_start": "datetime64[s]", "period_end": "datetime64[s]",
    },
    # Leave and sickness that began in the month. ``ended`` is the last day, NaT while it lasts.
    "absences": {
        "absence": "int64", "person": "int64", "absence_type": "str", "started": "datetime64[s]",
        "ended": "datetime64[s]", "fte_share": "float64",
    },
}  # fmt: skip
"""Table → column → type, the contract that :class:`Happenings` holds to."""

CLIMATE_ITEMS = tuple(COLUMNS["climate"])[4:]


@dataclass(frozen=True)
class Happenings:
    """One month. ``ordinal`` counts months from 0; ``first`` and ``last`` are its days."""

    ordinal: int
    first: date
    last: date
    is_last: bool
    tables: dict[str, pd.DataFrame]

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]


def empty(table: str) -> pd.DataFrame:
    """A table without rows."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in COLUMNS[table].items()})


def typed(table: str, columns: dict[str, object]) -> pd.DataFrame:
    """A table from its columns, in the order and types of the contract; what is missing is an error."""
    frame = pd.DataFrame(columns)[list(COLUMNS[table])]
    # A cast costs a fraction of a millisecond even where nothing changes, and small tables come by the thousand.
    other = {name: kind for name, kind in COLUMNS[table].items() if frame.dtypes[name] != kind}
    return frame.astype(other) if other else frame
