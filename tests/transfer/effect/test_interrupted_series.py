"""One team without comparison is described; no sentence about it may claim."""

from __future__ import annotations

import numpy as np
import pytest

from transfer.effect.interrupted_series import ClaimRefused, described, without_claims


def test_a_series_is_described_before_and_after_its_start() -> None:
    found = described(np.array([1.0, 2.0, 3.0, 4.0, 10.0, 12.0]), 4)
    assert (found.before, found.after, found.periods_before, found.periods_after) == (2.5, 11.0, 4, 2)
    assert found.slope_before == pytest.approx(1.0)
    told = found.sentence("Complaints", "a week")
    assert "2.5" in told
    assert "not why" in told


@pytest.mark.parametrize(
    "text",
    [
        "The effect was large.", "It had an impact.", "Impacted all teams", "This CAUSED less waste", "It led to more.",
        "an effective course", "fewer errors thanks to the training",
    ],
)  # fmt: skip
def test_a_sentence_that_claims_is_refused(text: str) -> None:
    with pytest.raises(ClaimRefused, match="not why"):
        without_claims(text)


def test_a_sentence_that_describes_is_not() -> None:
    assert without_claims("Complaints fell in March.") == "Complaints fell in March."


@pytest.mark.parametrize("first", [1, 6])
def test_a_series_needs_time_before_and_after(first: int) -> None:
    with pytest.raises(ValueError, match="two periods before"):
        described(np.zeros(6), first)
