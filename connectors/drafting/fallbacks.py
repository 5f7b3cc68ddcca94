"""What stands in for a required column of a kind that no column of the table fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Fallback:
    """``value`` as a declaration says it, or the column of the kind (``like``) whose column is used again.

    ``cost`` lowers the score of the kind: 0 is natural, 1 would be an invention. ``question`` is put to the reader.
    """

    cost: float
    value: Mapping[str, Any] | None = None
    like: str = ""
    question: str = ""


_EXPORTED = {"given": "extracted_at"}

FALLBACKS: Mapping[str, tuple[Fallback, ...]] = {
    "effective_date": (Fallback(0.05, _EXPORTED),),
    "is_deleted": (Fallback(0.0, {"constant": "false"}),),
    "is_occurred_at_exact": (Fallback(0.0, {"constant": "true"}),),
    "identifier_type": (Fallback(0.0, {"constant": ""}),),
    "people.person_token": (
        Fallback(
            1.2,
            {"constant": "", "identifier": "employee_number"},
            question="No column says who a person is, so every row is rejected: have the employee number exported too.",
        ),
    ),
    "enrolments.activity_id": (Fallback(0.1, like="activity_name"),),
    "enrolments.occurred_at": (
        Fallback(0.4, _EXPORTED, question="No column says when: the day of the export stands in."),
    ),
    "milestone": (
        Fallback(0.3, {"constant": "completed"}, question="No column holds a status: does every row say completed?"),
    ),
    "attendances.activity_id": (Fallback(0.1, like="session_id"),),
    "session_id": (Fallback(0.3, like="activity_id", question="No column names the session: the course stands in."),),
    "attendances.started_at": (
        Fallback(0.5, _EXPORTED, question="No column says when the session was: the day of the export stands in."),
    ),
    "attendance": (
        Fallback(0.3, {"constant": "attended"}, question="No column says who was there: was everybody in the list?"),
    ),
    "instrument_id": (
        Fallback(0.4, like="activity_id"),
        Fallback(0.4, {"given": "series"}, question="No column names the test: the file's name stands in."),
    ),
    "assessments.occurred_at": (
        Fallback(0.3, _EXPORTED, question="No column says when: the day of the export stands in."),
    ),
    "verb": (Fallback(0.3, {"constant": "interacted"}, question="No column says what was done."),),
    "activities.activity_id": (Fallback(0.1, like="title"),),
    "org_unit_id": (Fallback(0.2, like="org_unit_name"),),
    "position_id": (Fallback(0.2, like="position_name"),),
    "certification_id": (Fallback(0.1, like="certification_name"),),
    "certifications.event": (
        Fallback(0.1, {"constant": "awarded"}, question="No column says what happened: is every row an award?"),
    ),
    "response_id": (Fallback(0.1, {"given": "line"}),),
    "survey_id": (Fallback(0.05, {"given": "series"}),),
    "observer_type": (
        Fallback(0.2, {"constant": "manager"}, question="Who observes: manager, peer, customer, system or self?"),
    ),
    "observation_type": (Fallback(0.1, {"constant": "behaviour"}),),
    "kpi_id": (Fallback(0.4, {"given": "series"}, question="No column names the KPI: the file's name stands in."),),
    "period_end": (
        Fallback(0.1, like="period_start", question="No column says when a period ends: is it always a month?"),
    ),
    "assessed_at": (Fallback(0.3, _EXPORTED, question="No column says when: the day of the export stands in."),),
    "cost_type": (Fallback(0.05, {"constant": "direct"}),),
    "currency": (Fallback(0.1, {"constant": "EUR"}, question="No column holds a currency: is it always EUR?"),),
}
"""By ``kind.column``, or by the name of a column where it is the same in every kind."""


def fallbacks(kind: str, column: str) -> tuple[Fallback, ...]:
    return FALLBACKS.get(f"{kind}.{column}") or FALLBACKS.get(column, ())
