"""How rates of use at work flatter, and what the figure beside them says (`METRICS.md`, last paragraph)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.transfer.definitions import check_one, judge_one, share
from transfer.metric_definition import InvalidDefinition, MetricDefinition
from transfer.metric_terms import Purpose

LONG_AFTER = date(2030, 1, 1)
ASKED = {"purpose": Purpose.TRANSFER_EVALUATION, "follow_up_days": 120, "ltem_tier": 3, "max_claim": "perception"}


def result(definition: MetricDefinition, **parts: int) -> dict[str, Any]:
    frame = pd.DataFrame(
        [
            {
                "grain": "organisation",
                "grain_key": "all",
                "period": pd.Timestamp("2025-01-01"),
                "seen_on": pd.NaT,
                **parts,
            }
        ]
    ).astype({"seen_on": "datetime64[us]"})
    rows = judge_one(frame, definition, LONG_AFTER)
    check_one(rows, definition)
    return {str(name): value for name, value in rows.iloc[0].to_dict().items()}


@pytest.mark.parametrize(("applier", "other"), [(0.9, 0.5), (0.9, 0.3), (0.6, 0.6), (0.4, 0.9)])
def test_reported_use_rises_when_those_who_do_not_use_it_are_silent_and_its_bounds_hold_the_truth(
    applier: float, other: float
) -> None:
    """Of 200 completers 80 use it; ``applier`` and ``other`` are the shares of both kinds that answer."""
    said_yes, said_no = round(80 * applier), round(120 * other)
    answers = said_yes + said_no
    row = result(
        share(metric_id="application_rate", name="Reported use at work", invited="asked", respondents="answered", **ASKED),
        numerator=said_yes, denominator=answers, n_persons=answers, n_observed=answers, n_missing=200 - answers,
        n_invited=200, n_respondents=answers,
    )  # fmt: skip
    assert row["bound_low"] <= 0.4 <= row["bound_high"]
    if applier > other:
        assert row["value"] > 0.4, "the figure itself flatters"


def test_too_few_answers_are_no_figure() -> None:
    row = result(
        share(metric_id="application_rate", name="Reported use at work", invited="asked", respondents="answered", **ASKED),
        numerator=40, denominator=50, n_persons=50, n_observed=50, n_missing=150, n_invited=200, n_respondents=50,
    )  # fmt: skip
    assert row["status"] == "blocked"
    assert pd.isna(row["numerator"])


def test_observed_transfer_of_a_chosen_few_is_lower_of_all_completers() -> None:
    """Twenty of two hundred are looked at, and they are the good ones."""
    seen = result(share(), numerator=18, denominator=20, n_persons=20, n_observed=20, n_missing=180)
    of_all = result(share(), numerator=18, denominator=200, n_persons=200, n_observed=20, n_missing=180)
    assert (seen["value"], of_all["value"]) == (0.9, 0.09)
    assert seen["coverage"] == of_all["coverage"] == 0.1, "how few were looked at stands beside both"


@pytest.mark.parametrize("name", ["Application at work", "Transfer to work", "Applied at work"])
def test_what_people_say_of_themselves_may_not_be_called_transfer(name: str) -> None:
    with pytest.raises(InvalidDefinition, match="takes LTEM tier 7"):
        share(name=name, **ASKED)


@pytest.mark.parametrize("name", ["Impact of the training", "Effect of the training"])
def test_observed_transfer_may_not_be_called_an_effect(name: str) -> None:
    with pytest.raises(InvalidDefinition, match="takes LTEM tier 8"):
        share(name=name, ltem_tier=7, max_claim="transfer")
