"""What people do with the catalogue, and what comes of it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from simulator.world.catalogue import CLASSROOM, LRS, LXP, MOODLE
from simulator.world.happenings import COLUMNS
from tests.simulator.chronicles import Told

END = pd.Timestamp(2026, 11, 1)


def test_every_table_of_every_month_keeps_to_the_contract(told: Told) -> None:
    for month in told.months:
        assert set(month.happened.tables) == set(COLUMNS)
        for name, table in month.happened.tables.items():
            assert {column: str(kind) for column, kind in table.dtypes.items()} == COLUMNS[name], name


@pytest.mark.parametrize(
    ("table", "at"), [("enrolments", "enrolled_at"), ("sessions", "at"), ("attempts", "at"), ("completions", "at")]
)
def test_what_is_told_in_a_month_happened_in_it(told: Told, table: str, at: str) -> None:
    for month in told.months:
        moments = month.happened[table][at]
        assert (
            (moments >= pd.Timestamp(month.there.first)) & (moments.dt.normalize() <= pd.Timestamp(month.there.last))
        ).all()
        assert moments.is_monotonic_increasing


def test_an_enrolment_runs_from_enrolled_over_started_to_completed(told: Told) -> None:
    enrolled = told.all("enrolments").set_index("enrolment")["enrolled_at"]
    started = told.all("sessions").groupby("enrolment")["at"].min()
    completed = told.all("completions").set_index("enrolment")["at"]
    assert (started >= enrolled.reindex(started.index)).all()
    assert (completed >= started.reindex(completed.index)).all()
    assert completed.index.is_unique


def test_nobody_learns_when_they_are_not_employed(told: Told) -> None:
    jobs = told.world.company.employees
    spans = jobs.groupby("person").apply(
        lambda rows: list(zip(rows["opens"], rows["closes"], strict=True)), include_groups=False
    )
    sessions = told.all("sessions")
    assert all(
        any(opens <= at < closes for opens, closes in spans[person])
        for person, at in zip(sessions["person"], sessions["at"].astype("datetime64[s]"), strict=True)
    )


def test_sittings_are_in_order_and_progress_never_falls(told: Told) -> None:
    sessions = told.all("sessions")
    by_enrolment = sessions.groupby("enrolment")
    assert by_enrolment["at"].apply(lambda at: at.is_monotonic_increasing).all()
    assert by_enrolment["progress"].apply(lambda progress: progress.is_monotonic_increasing).all()
    assert (sessions["previous_progress"] < sessions["progress"]).all()


def test_a_tested_course_is_completed_only_by_who_passed(told: Told) -> None:
    done = told.all("completions")
    marks = done["offering"].map(lambda offering: told.world.offerings[offering].course.pass_mark)
    tested = done[marks.notna()]
    assert (tested["score"] >= marks[tested.index]).all()
    assert (told.all("attempts").groupby("enrolment")["is_pass"].sum() <= 1).all(), "nobody tries again after a pass"


def test_everybody_takes_the_yearly_course_once_a_year(told: Told) -> None:
    enrolments = told.all("enrolments")
    for year in told.world.period.years:
        index = next(i for i, offering in enumerate(told.world.offerings) if offering.year == year)
        people = enrolments.loc[enrolments["offering"] == index, "person"]
        assert people.is_unique
        assert len(people) > 0.9 * 400


def test_nobody_takes_an_offering_twice(told: Told) -> None:
    assert not told.all("enrolments").duplicated(["person", "offering"]).any()


def test_the_same_content_is_offered_by_several_tools_under_ids_of_their_own(told: Told) -> None:
    offerings = told.world.offerings
    codes = {tool: {o.course.code for o in offerings if o.tool == tool} for tool in (MOODLE, LRS, LXP, CLASSROOM)}
    assert len(codes[MOODLE] & codes[LRS]) >= 5
    assert len(codes[LXP] & (codes[MOODLE] | codes[LRS])) >= 5
    assert codes[CLASSROOM] <= codes[MOODLE] | codes[LRS]
    assert len({(o.tool, o.activity_id) for o in offerings}) == len(offerings)


def test_a_request_is_decided_by_a_manager_before_the_enrolment_that_it_allows(told: Told) -> None:
    requests = told.all("requests")
    decided = requests[(requests["decision"] == "approved") & ~requests["is_skipped"]]
    enrolled = told.all("enrolments").set_index(["person", "offering"])["enrolled_at"]
    came = enrolled.reindex(pd.MultiIndex.from_frame(decided[["person", "offering"]]))
    known = came.notna().to_numpy()
    assert known.mean() > 0.9
    assert (decided["confirmed_at"].to_numpy()[known] == came.to_numpy()[known]).all()
    assert (decided["decided_at"] >= decided["requested_at"]).all()


def test_a_rejected_request_is_followed_by_no_enrolment(told: Told) -> None:
    requests = told.all("requests")
    rejected = requests[requests["decision"] == "rejected"]
    enrolled = set(map(tuple, told.all("enrolments")[["person", "offering"]].to_numpy()))
    assert len(rejected) > 20
    assert not enrolled & set(map(tuple, rejected[["person", "offering"]].to_numpy()))


def test_a_request_that_waits_over_a_month_end_is_told_twice(told: Told) -> None:
    requests = told.all("requests")
    pending = requests[requests["decision"] == "pending"]
    decided = requests[requests["decision"] != "pending"]
    assert len(pending) > 20
    assert decided["request"].is_unique
    last = told.world.period.first_days()[-1]
    earlier = pending[pending["requested_at"] < pd.Timestamp(last)]
    assert earlier["request"].isin(decided["request"]).mean() > 0.95


def test_approval_is_skipped_about_as_often_as_the_recipe_says(told: Told) -> None:
    learning = told.world.recipe.learning
    needed = told.chronicle.learning.needs_approval
    enrolments = told.all("enrolments")
    asked = enrolments[needed[enrolments["offering"]] & (enrolments["initiator"] != "hr").to_numpy()]
    requests = told.all("requests")
    allowed = requests[(requests["decision"] == "approved") & ~requests["is_skipped"]]
    proper = set(map(tuple, allowed[["person", "offering"]].to_numpy()))
    skipped = np.mean([pair not in proper for pair in map(tuple, asked[["person", "offering"]].to_numpy())])
    # Rejections are drawn from those who asked, so the share among enrolments is a little higher than the plan.
    expected = learning.skipped_approval_share / (1 - (1 - learning.skipped_approval_share) * 0.09)
    assert abs(skipped - expected) < 4 * np.sqrt(expected * (1 - expected) / len(asked))


def test_a_classroom_holds_sixteen_people_on_a_tuesday(told: Told) -> None:
    seats = told.all("attendances")
    assert seats.groupby("session").size().max() <= 16
    assert set(seats["started_at"].dt.day_of_week) == {1}
    present = seats["attendance"].isin(["attended", "partly_attended"])
    assert (present == (seats["attended_minutes"] > 0)).all()
    assert (seats.groupby("session")["started_at"].nunique() == 1).all()


def test_an_absence_that_lasts_over_a_month_end_is_told_again_when_it_ends(told: Told) -> None:
    absences = told.all("absences")
    again = absences[absences.duplicated("absence", keep="first")]
    first = absences.drop_duplicates("absence").set_index("absence")
    assert len(again) > 5
    assert first.loc[again["absence"], "ended"].isna().all()
    assert again["ended"].notna().all()


def test_most_but_not_all_accounts_can_be_matched_to_hr(told: Told) -> None:
    matchable = [account.is_matchable for account in told.world.accounts.moodle]
    assert 0.95 <= sum(matchable) / len(matchable) < 1


def test_learning_at_work_is_written_down_by_some(told: Told) -> None:
    time = told.all("learning_time")
    informal = time[~time["is_formal"]]
    assert abs(informal["is_registered"].mean() - told.world.recipe.learning.registered_share) < 0.1
    assert date(2026, 10, 31) >= time["day"].max().date()
