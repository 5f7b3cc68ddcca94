"""For each audit table a healthy frame, and for each guard the change that breaks it.

`HEALTHY` holds rows as an organisation's ordinary day yields them; `BROKEN` says, by guard, which values of the
first row (or which whole rows) make that guard fail. A shipped expectation without an entry fails the tests.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

Row = dict[str, Any]

INVOCATION = "0f6c2b9e-0000-4000-8000-000000000001"

_LEDGER: Row = {
    "units": 5, "refused_units": 0, "rows_read": 1000, "rows_landed": 980, "rows_rejected": 10, "rows_duplicate": 10,
    "rows_erased": 0, "rows_unaccounted": 0, "rejects_unexplained": 0, "rows_not_staged": 0, "rows_unexplained": 0,
    "reject_share": 0.01, "duplicate_share": 0.01, "landing_days": 5, "first_landed_at": pd.Timestamp("2026-01-01"),
    "last_landed_at": pd.Timestamp("2026-01-05"), "silence_ratio": 1.0,
}  # fmt: skip
_LEARNING_EVENT: Row = {
    "events": 500, "duplicate_event_keys": 0, "future_events": 0, "events_before_1990": 0, "steady_events": 200,
    "unknown_person_share": 0.02, "unknown_activity_share": 0.0, "unmapped_verb_share": 0.01, "future_share": 0.0,
    "arrival_lag_p95_hours": 26.0, "earliest_at": pd.Timestamp("2025-01-01"), "latest_at": pd.Timestamp("2026-01-05"),
}  # fmt: skip
_MONTH: Row = {
    "events": 400, "unknown_person_share": 0.05, "events_before_mean": 380.0, "volume_ratio": 400 / 380,
    "unknown_person_share_rise": 0.01,
}  # fmt: skip
_IDENTITY: Row = {
    "identities": 100, "resolved": 95, "unmatched": 4, "ambiguous": 0, "shared": 0, "unlinked": 1,
    "accounts_unlinked": 0, "identities_in_two_states": 0, "match_rate": 0.95, "ambiguity_rate": 0.0,
    "shared_rate": 0.0, "unlinked_share": 0.01, "events": 500, "event_match_rate": 0.97,
}  # fmt: skip
_MERGE: Row = {
    "persons": 400, "with_numbers_at_once": 0, "with_two_births": 0, "hired_before_born": 0, "attended": 200,
    "in_two_sessions_at_once": 0, "in_two_sessions_share": 0.0, "most_accounts_of_one_tool": 2,
}  # fmt: skip
_PERSON: Row = {
    "persons": 400, "versions": 700, "employed": 380, "overlapping_intervals": 0, "empty_intervals": 0, "gaps": 0,
    "persons_without_one_current": 0, "unknown_members": 1, "left_before_hired": 0, "own_managers": 0,
    "contradictory_persons": 0, "left_before_hired_share": 0.0, "contradictory_share": 0.0, "without_unit_share": 0.01,
    "sharing_an_address": 2, "sharing_an_address_share": 0.005, "numbered_apart": 0, "numbered_apart_share": 0.0,
    "in_a_list_left_behind": 0, "in_a_list_left_behind_share": 0.0,
}  # fmt: skip
_ENROLMENT: Row = {
    "enrolments": 300, "duplicate_enrolment_keys": 0, "completed": 200, "completed_without_rule": 0,
    "started_and_completed": 180, "completed_before_started": 0, "due_before_assigned": 0,
    "completed_before_started_share": 0.0, "unknown_person_share": 0.01, "unknown_activity_share": 0.0,
}  # fmt: skip
_RESULT: Row = {
    "results": 250, "duplicate_result_keys": 0, "scores": 240, "scores_with_range": 200, "out_of_range": 0,
    "out_of_range_share": 0.0, "scaled_out_of_range": 0, "comparable_share": 0.9, "unknown_person_share": 0.01,
}  # fmt: skip

_STATEMENT: Row = {
    "statements": 5000, "redelivered": 40, "conflicting": 0, "suspected_duplicates": 4, "voids": 12,
    "voids_not_applied": 0, "voids_without_target": 1, "withheld_counted": 0, "suspected_duplicate_share": 0.0008,
    "void_without_target_share": 1 / 12,
}  # fmt: skip

HEALTHY: dict[str, list[Row]] = {
    "audit_ledger": [
        {"tool": "moodle", "record_kind": "learning_events"} | _LEDGER,
        {"tool": "(all)", "record_kind": "(all)"} | _LEDGER,
    ],
    "audit_learning_event": [{"tool": "moodle"} | _LEARNING_EVENT, {"tool": "(all)"} | _LEARNING_EVENT],
    "audit_learning_event_monthly": [
        {"tool": "moodle", "month": pd.Timestamp("2026-01-01")} | _MONTH,
        {"tool": "moodle", "month": pd.Timestamp("2025-12-01")} | _MONTH,
    ],
    "audit_identity": [{"tool": "moodle"} | _IDENTITY, {"tool": "(all)"} | _IDENTITY],
    "audit_identity_merge": [{"population": "(all)"} | _MERGE],
    "audit_person": [{"population": "(all)"} | _PERSON],
    "audit_enrolment": [{"tool": "moodle"} | _ENROLMENT, {"tool": "(all)"} | _ENROLMENT],
    "audit_assessment_result": [{"tool": "moodle"} | _RESULT, {"tool": "(all)"} | _RESULT],
    "audit_statement": [{"tool": "xapi"} | _STATEMENT, {"tool": "(all)"} | _STATEMENT],
}

BROKEN: dict[str, Row] = {
    "gx.audit_ledger.something_landed": {"rows_landed": 0},
    "gx.audit_ledger.rows_balance": {"rows_unaccounted": 1},
    "gx.audit_ledger.landed_rows_are_staged": {"rows_not_staged": 1},
    "gx.audit_ledger.landed_rows_are_explained": {"rows_unexplained": 1},
    "gx.audit_ledger.rejects_have_reasons": {"rejects_unexplained": 1},
    "gx.audit_ledger.most_rows_are_accepted": {"reject_share": 0.51},
    "gx.audit_ledger.few_rows_are_rejected": {"reject_share": 0.06},
    "gx.audit_ledger.originals_are_readable": {"refused_units": 1},
    "gx.audit_ledger.overlap_is_plausible": {"duplicate_share": 0.6},
    "gx.audit_ledger.no_tool_is_silent": {"silence_ratio": 3.5},
    "gx.audit_learning_event.tool_is_unique": {"tool": "(all)"},
    "gx.audit_learning_event.event_keys_are_unique": {"duplicate_event_keys": 1},
    "gx.audit_learning_event.dates_are_not_mostly_in_the_future": {"future_share": 0.21},
    "gx.audit_learning_event.no_date_is_in_the_future": {"future_events": 1},
    "gx.audit_learning_event.no_date_is_older_than_the_field": {"events_before_1990": 1},
    "gx.audit_learning_event.verbs_are_mapped": {"unmapped_verb_share": 0.11},
    "gx.audit_learning_event.events_have_a_person": {"unknown_person_share": 0.31},
    "gx.audit_learning_event.events_have_an_activity": {"unknown_activity_share": 0.31},
    "gx.audit_learning_event.events_arrive_in_time": {"arrival_lag_p95_hours": 169.0},
    "gx.audit_learning_event_monthly.month_is_unique": {"month": pd.Timestamp("2025-12-01")},
    "gx.audit_learning_event_monthly.volume_did_not_collapse": {"volume_ratio": 0.19},
    "gx.audit_learning_event_monthly.volume_did_not_explode": {"volume_ratio": 5.1},
    "gx.audit_learning_event_monthly.persons_stay_known": {"unknown_person_share_rise": 0.21},
    "gx.audit_identity.every_account_has_a_state": {"accounts_unlinked": 1},
    "gx.audit_identity.identities_have_an_account": {"unlinked_share": 0.06},
    "gx.audit_identity.an_identity_is_one_person": {"identities_in_two_states": 1},
    "gx.audit_identity.identities_are_matched": {"match_rate": 0.69},
    "gx.audit_identity.identities_are_not_ambiguous": {"ambiguity_rate": 0.03},
    "gx.audit_identity.few_accounts_are_shared": {"shared_rate": 0.06},
    "gx.audit_identity_merge.one_row_for_everybody": {"more_rows": True},
    "gx.audit_identity_merge.nobody_has_two_numbers_at_once": {"with_numbers_at_once": 1},
    "gx.audit_identity_merge.nobody_was_born_twice": {"with_two_births": 1},
    "gx.audit_identity_merge.nobody_is_a_crowd": {"most_accounts_of_one_tool": 21},
    "gx.audit_identity_merge.few_have_many_accounts": {"most_accounts_of_one_tool": 6},
    "gx.audit_identity_merge.people_are_in_one_place": {"in_two_sessions_share": 0.06},
    "gx.audit_identity_merge.nobody_is_in_two_places_at_once": {"in_two_sessions_at_once": 1},
    "gx.audit_identity_merge.nobody_was_hired_before_birth": {"hired_before_born": 1},
    "gx.audit_person.one_row_for_everybody": {"more_rows": True},
    "gx.audit_person.history_does_not_overlap": {"overlapping_intervals": 1},
    "gx.audit_person.versions_have_a_length": {"empty_intervals": 1},
    "gx.audit_person.one_version_is_current": {"persons_without_one_current": 1},
    "gx.audit_person.unknown_member_is_there": {"unknown_members": 0},
    "gx.audit_person.dates_are_mostly_possible": {"left_before_hired_share": 0.21},
    "gx.audit_person.persons_are_not_merged_in_bulk": {"contradictory_share": 0.06},
    "gx.audit_person.no_person_contradicts_itself": {"contradictory_persons": 1},
    "gx.audit_person.nobody_left_before_being_hired": {"left_before_hired": 1},
    "gx.audit_person.nobody_manages_themselves": {"own_managers": 1},
    "gx.audit_person.people_have_a_unit": {"without_unit_share": 0.11},
    "gx.audit_person.history_has_few_gaps": {"gaps": 1},
    "gx.audit_person.numbers_have_addresses_of_their_own": {"sharing_an_address_share": 0.06},
    "gx.audit_person.lists_go_on": {"in_a_list_left_behind_share": 0.006},
    "gx.audit_person.lists_number_together": {"numbered_apart_share": 0.06},
    "gx.audit_person.no_number_is_two_people_s": {"numbered_apart": 1},
    "gx.audit_enrolment.enrolment_keys_are_unique": {"duplicate_enrolment_keys": 1},
    "gx.audit_enrolment.completion_has_a_day_and_a_rule": {"completed_without_rule": 1},
    "gx.audit_enrolment.order_is_mostly_possible": {"completed_before_started_share": 0.51},
    "gx.audit_enrolment.completion_follows_start": {"completed_before_started": 1},
    "gx.audit_enrolment.due_follows_assignment": {"due_before_assigned": 1},
    "gx.audit_enrolment.enrolments_have_a_person": {"unknown_person_share": 0.11},
    "gx.audit_enrolment.enrolments_have_an_activity": {"unknown_activity_share": 0.11},
    "gx.audit_assessment_result.result_keys_are_unique": {"duplicate_result_keys": 1},
    "gx.audit_assessment_result.scaled_scores_are_shares": {"scaled_out_of_range": 1},
    "gx.audit_assessment_result.scores_are_mostly_in_their_range": {"out_of_range_share": 0.21},
    "gx.audit_assessment_result.scores_are_in_their_range": {"out_of_range": 1},
    "gx.audit_assessment_result.scores_can_be_compared": {"comparable_share": 0.49},
    "gx.audit_assessment_result.results_have_a_person": {"unknown_person_share": 0.11},
    "gx.audit_statement.tool_is_unique": {"tool": "(all)"},
    "gx.audit_statement.no_statement_was_changed_under_its_id": {"conflicting": 1},
    "gx.audit_statement.few_statements_are_said_twice": {"suspected_duplicate_share": 0.011},
    "gx.audit_statement.voids_are_applied": {"voids_not_applied": 1},
    "gx.audit_statement.voids_find_their_targets": {"void_without_target_share": 0.51},
    "gx.audit_statement.what_is_sent_no_more_was_voided": {"withheld_counted": 1},
}


def healthy(table: str) -> pd.DataFrame:
    return pd.DataFrame(HEALTHY[table]).assign(dbt_invocation_id=INVOCATION)


def broken(table: str, guard: str) -> pd.DataFrame:
    """The healthy frame with its first row changed so that ``guard`` fails (``more_rows``: with the row twice)."""
    change = dict(BROKEN[guard])
    first, *others = HEALTHY[table]
    doubled = [first] if change.pop("more_rows", False) else []
    rows = [first | change, *doubled, *others]
    if guard.endswith("something_landed"):
        rows = [row | change for row in rows]
    return pd.DataFrame(rows).assign(dbt_invocation_id=INVOCATION)
