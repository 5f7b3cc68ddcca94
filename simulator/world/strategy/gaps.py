"""Where the strategy is incomplete or wrong on purpose: what its reader must find."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Gap:
    """One thing that is said and can't be kept, or that was left unsaid.

    ``row`` is the key of its row in the sheet, part by part, with ``|`` between them and ``*`` for any.
    """

    gap_id: str
    sheet: str
    row: str
    missing: str


GAPS = (
    Gap("goal_without_initiative", "goals", "G-6", "no link goes from the goal to an initiative"),
    Gap("kpi_without_values", "kpis", "engagement_index|1", "no KPI system exports it"),
    Gap("initiative_without_owner", "initiatives", "INI-mentoring", "owner_level is blank"),
    Gap("initiative_without_activity", "initiatives", "INI-knowledge-cafe", "no link goes from it to an activity"),
    Gap("initiative_in_no_stage", "initiatives", "INI-quiz-league", "its stage in the first year is no stage: 'idea'"),
    Gap("capability_without_target", "capabilities", "data-literacy", "no capability target names it"),
    Gap("capability_unlisted", "links", "activity|CAT-1080|capability|spreadsheet-craft", "no such capability"),
    Gap("activity_unknown", "links", "initiative|INI-line-learning|activity|CAT-9990", "no tool offers it"),
    Gap("mix_above_one", "target_mix", "70/20/10|*|O10|*", "its three shares add up to 1.1"),
    Gap("policy_not_followed", "enrolment_policies", "POL-4", "the course is assigned, so nobody ever asks"),
    Gap("policy_in_wrong_tool", "enrolment_policies", "POL-5", "the course is offered in udemy_business only"),
    Gap("agreement_without_tool", "agreements", "AGR-3", "it must be registered, and nothing says where"),
    Gap("requirement_without_register", "requirements", "P12|LIC-ADR", "no register holds such a licence"),
    Gap(
        "pilot_registered_late", "pilots", "INI-mentoring|plan_reliability|O10", "written down 20 days after its start"
    ),
    Gap("readiness_without_evidence", "readiness", "R-2", "answered yes, without evidence"),
)
"""Where the strategy is deliberately incomplete or wrong, in every company of every recipe."""
