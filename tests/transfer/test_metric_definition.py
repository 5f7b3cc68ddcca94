"""A metric declares what it may claim, and is refused when it says more."""

from typing import Any

import pytest

from tests.transfer.definitions import count, share
from transfer.metric_definition import InvalidDefinition


@pytest.mark.parametrize("word", ["Transfer to work", "Impact of training", "Applied at work", "Knowledge gained"])
def test_counting_who_came_may_not_be_called_more(word: str) -> None:
    with pytest.raises(InvalidDefinition, match="takes LTEM tier"):
        share(name=word, ltem_tier=1, max_claim="attendance")


def test_the_definition_may_say_what_is_not_shown() -> None:
    assert share(definition="Says nothing about transfer.").max_claim == "attendance"


def test_a_claim_above_the_tier_is_refused() -> None:
    with pytest.raises(InvalidDefinition, match="max_claim transfer takes LTEM tier 7, and ltem_tier is 4"):
        share(ltem_tier=4, max_claim="transfer")


def test_a_name_within_the_claim_is_allowed() -> None:
    assert share(name="Transfer rate", ltem_tier=7, max_claim="transfer").name == "Transfer rate"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"minimum_persons": 4}, "at least 5"),
        ({"denominator": None}, "needs a denominator"),
        ({"version": 0}, "counts from 1"),
        ({"period": "fortnight"}, "null or one of day, month, quarter, year"),
        ({"grains": ()}, "at least one"),
        ({"name": ""}, "must not be empty"),
        ({"kirkpatrick_level": "K9"}, "K1, K2"),
        ({"max_claim": "wisdom"}, "must be one of"),
        ({"persons": None}, "only for a claim on the record"),
    ],
)
def test_a_broken_declaration_is_refused_and_names_its_metric(changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidDefinition, match=f"metric completion_rate: .*{rule}"):
        share(**changes)


def test_a_count_has_no_wilson_interval() -> None:
    with pytest.raises(InvalidDefinition, match="only a share"):
        count(has_interval=True)


def test_a_part_that_plays_two_roles_is_asked_for_once() -> None:
    assert share().parts == (
        "enrolments_completed",
        "enrolments_started",
        "persons_started",
        "enrolments_without_cohort",
    )
