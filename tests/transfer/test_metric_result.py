"""Every result row holds the contract, and each clause of the contract can be broken."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.definitions import check_one, count, judge_one, quotient, share
from transfer.metric_contract import ContractBroken
from transfer.metric_row import FIGURES, RESULT_COLUMNS
from transfer.metric_terms import Unit
from transfer.suppression import withhold_telling

LONG_AFTER = date(2030, 1, 1)


def parts(**changes: Any) -> pd.DataFrame:
    row = {
        "grain": "activity",
        "grain_key": "course-1",
        "period": date(2025, 1, 1),
        "numerator": 8,
        "denominator": 20,
        "n_persons": 19,
        "n_observed": 20,
        "n_missing": 5,
        "seen_on": None,
    }
    frame = pd.DataFrame([row | changes])
    return frame.assign(period=pd.to_datetime(frame["period"]), seen_on=pd.to_datetime(frame["seen_on"]))


def result(definition: Any = None, as_of: date = LONG_AFTER, **changes: Any) -> dict[str, Any]:
    definition = definition or share()
    rows = judge_one(parts(**changes), definition, as_of)
    check_one(rows, definition)
    return {name: None if pd.isna(value) else value for name, value in rows.iloc[0].items()}


def test_a_share_carries_value_interval_and_coverage() -> None:
    row = result()
    assert (row["value"], row["numerator"], row["denominator"], row["n_persons"]) == (0.4, 8, 20, 19)
    assert (round(row["ci_low"], 4), round(row["ci_high"], 4)) == (0.2188, 0.6134)
    assert (row["coverage"], row["status"], row["suppressed_reason"]) == (0.8, "ok", None)


def test_a_denominator_of_zero_is_not_zero_percent() -> None:
    row = result(numerator=0, denominator=0, n_persons=0, n_observed=0, n_missing=12)
    assert (row["status"], row["value"], row["ci_low"]) == ("not_computable", None, None)
    assert (row["n_missing"], row["coverage"]) == (12, 0)
    assert row["suppressed_reason"] == "no enrolments started"


def test_persons_without_anything_to_divide_by_are_not_computable() -> None:
    row = result(numerator=0, denominator=0, n_persons=12, n_observed=12, n_missing=0)
    assert (row["status"], row["value"]) == ("not_computable", None)


def test_four_persons_are_suppressed_and_leave_no_figure() -> None:
    row = result(numerator=2, denominator=9, n_persons=4, n_observed=9)
    assert {row[figure] for figure in FIGURES} == {None}
    assert (row["status"], row["suppressed_reason"]) == ("suppressed", "fewer than 5 persons")


def test_five_persons_are_shown() -> None:
    assert result(numerator=2, denominator=9, n_persons=5)["status"] == "ok"


def test_many_enrolments_of_few_persons_are_suppressed() -> None:
    assert result(numerator=50, denominator=90, n_persons=3)["status"] == "suppressed"


def test_an_empty_figure_does_not_let_a_handful_of_unusable_records_through() -> None:
    row = result(numerator=0, denominator=0, n_persons=0, n_observed=0, n_missing=3)
    assert (row["status"], row["n_missing"]) == ("suppressed", None)


@pytest.mark.parametrize(("as_of", "status"), [(date(2025, 5, 1), "provisional"), (date(2025, 5, 2), "ok")])
def test_a_cohort_is_provisional_until_its_last_member_was_watched_for_ninety_whole_days(
    as_of: date, status: str
) -> None:
    # 31 January + 90 days = 1 May, and a figure of 1 May doesn't know how that day ends.
    row = result(as_of=as_of)
    assert row["status"] == status
    assert row["suppressed_reason"] == ("open to the end of 2025-05-01" if status == "provisional" else None)


def test_a_window_that_the_data_does_not_cover_stays_open_however_late_it_is() -> None:
    row = result(as_of=LONG_AFTER, seen_on=date(2025, 3, 31))
    assert (row["status"], row["suppressed_reason"]) == ("provisional", "open to the end of 2025-05-01")
    assert result(as_of=date(2025, 3, 31), seen_on=LONG_AFTER)["status"] == "provisional"
    assert result(as_of=LONG_AFTER, seen_on=date(2025, 5, 2))["status"] == "ok"


def test_suppression_outweighs_an_open_window() -> None:
    assert result(as_of=date(2025, 2, 1), n_persons=2)["status"] == "suppressed"


def test_a_count_has_its_numerator_as_value_and_no_interval() -> None:
    row = result(count(), numerator=19)
    assert (row["value"], row["numerator"], row["denominator"], row["ci_low"]) == (19, 19, None, None)


def test_records_of_nobody_known_make_a_count_unknown_rather_than_zero() -> None:
    row = result(count(), numerator=0, n_persons=0, n_observed=0, n_missing=40)
    assert (row["status"], row["value"], row["coverage"]) == ("not_computable", None, 0)


def test_a_state_without_periods_is_never_provisional() -> None:
    row = result(share(period=None, tool=None), period=None, as_of=date(2020, 1, 1))
    assert (row["status"], row["period"]) == ("ok", None)


@pytest.mark.parametrize(
    ("period", "last_open_day"),
    [("month", date(2025, 1, 31)), ("quarter", date(2025, 3, 31)), ("year", date(2025, 12, 31))],
)
def test_a_period_is_over_on_the_day_after_its_last(period: str, last_open_day: date) -> None:
    definition = share(period=period, follow_up_days=0)
    assert result(definition, as_of=last_open_day)["status"] == "provisional"
    assert result(definition, as_of=last_open_day + timedelta(days=1))["status"] == "ok"


def test_hours_are_divided_and_not_bounded_by_what_divides_them() -> None:
    row = result(quotient(), numerator=31.25, denominator=12.5)
    assert (row["value"], row["numerator"], row["denominator"], row["ci_low"]) == (2.5, 31.25, 12.5, None)


def test_a_unit_where_nothing_usable_was_recorded_has_no_hours_rather_than_zero() -> None:
    row = result(quotient(), numerator=0, denominator=12.5, n_persons=0, n_observed=0, n_missing=9)
    assert (row["status"], row["value"], row["suppressed_reason"]) == ("not_computable", None, "no enrolments started")


def test_hours_of_few_persons_are_suppressed_however_large_their_unit_is() -> None:
    row = result(quotient(), numerator=100.0, denominator=400.0, n_persons=4)
    assert (row["status"], row["value"], row["numerator"], row["denominator"]) == ("suppressed", None, None, None)


def test_the_last_digits_of_a_sum_are_no_restatement() -> None:
    first, again = (
        result(quotient(), numerator=total, denominator=9.0) for total in (0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1)
    )
    assert first == again


def test_a_count_of_things_is_about_no_persons_and_never_suppressed() -> None:
    things = share(persons=None, ltem_tier=None, max_claim="record", has_interval=False)
    row = result(things, numerator=1, denominator=3)
    assert (row["status"], row["n_persons"], row["numerator"]) == ("ok", None, 1)
    assert result(things, numerator=0, denominator=0, n_observed=0)["status"] == "not_computable"


def test_what_would_tell_a_suppressed_part_of_the_same_whole_is_suppressed_with_it() -> None:
    formal, social, other = share(), share(metric_id="social"), share(metric_id="other", denominator="another_whole")
    rows = [judge_one(parts(n_persons=3), formal, LONG_AFTER), judge_one(parts(), social, LONG_AFTER)]
    rows += [judge_one(parts(period=date(2025, 2, 1)), social, LONG_AFTER), judge_one(parts(), other, LONG_AFTER)]
    results = pd.concat(rows, ignore_index=True)
    withhold_telling(results, [formal, social, other])
    assert results["status"].tolist() == ["suppressed", "suppressed", "ok", "ok"]
    assert results.loc[1, list(FIGURES)].isna().all()
    check_one(results.iloc[1:3], social)


def test_a_gain_may_be_a_loss_and_nothing_else_may() -> None:
    assert result(quotient(unit=Unit.GAIN), numerator=-5.0, denominator=20)["value"] == -0.25
    with pytest.raises(ContractBroken, match="below zero"):
        result(quotient(), numerator=-5.0, denominator=20)


def test_hours_have_no_interval_as_cases_do() -> None:
    with pytest.raises(ContractBroken, match="rests on whole numbers"):
        result(numerator=7.5, denominator=20)


ASKED = {"invited": "persons_asked", "respondents": "respondents"}


@pytest.mark.parametrize(
    ("invited", "respondents", "status", "reason"),
    [
        (20, 20, "ok", None),
        (40, 12, "ok", None),
        (41, 12, "blocked", "answered by less than 30%"),
        (10, 4, "blocked", "answered by fewer than 5 persons"),
        (11, 12, "blocked", "more have answered than are known to have been asked"),
        (0, 12, "blocked", "nobody knows how many were asked"),
    ],
)
def test_what_too_few_answered_is_blocked(invited: int, respondents: int, status: str, reason: str | None) -> None:
    row = result(share(**ASKED), n_invited=invited, n_respondents=respondents)
    assert (row["status"], row["suppressed_reason"]) == (status, reason)
    assert (row["value"] is None) == (status == "blocked")


def test_silence_is_bounded_by_the_ends_of_the_scale() -> None:
    row = result(share(**ASKED), n_invited=40, n_respondents=20)
    assert (row["response_rate"], row["value"]) == (0.5, 0.4)
    assert (row["bound_low"], row["bound_high"]) == (0.5 * 0.4, 0.5 * 0.4 + 0.5)


def test_no_parts_make_no_results() -> None:
    rows = judge_one(parts().head(0), share(), LONG_AFTER)
    check_one(rows, share())
    assert list(rows.columns) == list(RESULT_COLUMNS)
    assert rows.empty


@st.composite
def any_parts(draw: st.DrawFn) -> dict[str, int]:
    """Parts as facts can yield them: the numerator within the denominator, persons only where records are."""
    denominator = draw(st.integers(0, 60))
    persons = draw(st.integers(1, denominator)) if denominator else 0
    numerator, missing = draw(st.integers(0, denominator)), draw(st.integers(0, 20))
    return {
        "numerator": numerator,
        "denominator": denominator,
        "n_persons": persons,
        "n_observed": denominator,
        "n_missing": missing,
    }


@st.composite
def any_rows(draw: st.DrawFn) -> pd.DataFrame:
    rows = draw(st.lists(any_parts(), min_size=1, max_size=40))
    return pd.concat([parts(grain_key=str(n), **numbers) for n, numbers in enumerate(rows)], ignore_index=True)


@settings(max_examples=25, deadline=None)
@given(any_rows(), st.dates(date(2024, 12, 1), date(2025, 12, 31)))
def test_every_share_holds_the_contract(rows: pd.DataFrame, as_of: date) -> None:
    results = judge_one(rows, share(), as_of)
    check_one(results, share())
    is_shown = results["status"].isin(["ok", "provisional"])
    shown, withheld = results[is_shown], results[~is_shown]
    assert ((shown["ci_low"] >= 0) & (shown["ci_low"] <= shown["value"])).all()
    assert ((shown["ci_high"] <= 1) & (shown["ci_high"] >= shown["value"])).all()
    assert (shown["numerator"] <= shown["denominator"]).all()
    assert (shown["n_persons"] >= 5).all()
    assert withheld["value"].isna().all()
    assert withheld.loc[withheld["status"] == "suppressed", list(FIGURES)].isna().all(axis=None)


@settings(max_examples=25, deadline=None)
@given(any_rows())
def test_no_count_tells_of_one_to_four_persons(rows: pd.DataFrame) -> None:
    results = judge_one(rows.assign(numerator=rows["n_persons"]), count(), LONG_AFTER)
    check_one(results, count())
    assert not results["n_persons"].between(1, 4).any()
    assert not results["value"].between(1, 4).any()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"numerator": 21}, "the numerator is part of the denominator"),
        ({"value": 0.5}, "the value is numerator / denominator"),
        ({"value": None}, "a shown figure has a value"),
        ({"denominator": 0}, "the denominator is above zero"),
        ({"ci_low": 0.41}, "an interval holds the value"),
        ({"ci_high": 1.01}, "an interval holds the value"),
        ({"ci_low": None}, "an interval holds the value"),
        ({"coverage": 1.2}, "coverage lies in 0 to 1"),
        ({"n_persons": 4}, "rests on enough persons"),
        ({"n_missing": -1}, "below zero"),
        ({"status": "fine"}, "the status is known"),
        ({"status": "provisional"}, "every other status has one"),
        ({"suppressed_reason": "because"}, "ok needs no reason"),
        ({"status": "suppressed", "suppressed_reason": "few"}, "suppressed and blocked show no figure"),
        ({"status": "blocked", "suppressed_reason": "guard"}, "suppressed and blocked show no figure"),
        ({"status": "not_computable", "suppressed_reason": "none"}, "not computable has no value"),
        ({"grain": "person"}, "the grain is declared"),
        ({"grain_key": None}, "says of what it is"),
        ({"period": pd.NaT}, "has a period or has none"),
        ({"definition_version": 2}, "the definition is this one"),
    ],
)
def test_a_row_that_breaks_the_contract_is_refused(changes: dict[str, Any], rule: str) -> None:
    rows = judge_one(parts(), share(), LONG_AFTER)
    for column, value in changes.items():
        rows[column] = pd.Series([value], dtype=rows[column].dtype)
    with pytest.raises(ContractBroken, match=rule):
        check_one(rows, share())


def test_the_same_figure_twice_is_refused() -> None:
    rows = judge_one(parts(), share(), LONG_AFTER)
    with pytest.raises(ContractBroken, match="a figure appears once"):
        check_one(pd.concat([rows, rows]), share())


def test_a_count_that_differs_from_its_numerator_is_refused() -> None:
    rows = judge_one(parts(), count(), LONG_AFTER).assign(value=pd.array([3.0], dtype="Float64"))
    with pytest.raises(ContractBroken, match="the value is the numerator"):
        check_one(rows, count())
