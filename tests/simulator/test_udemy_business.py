"""The LXP's reports: every month tells the year so far again, and the connector understands each of them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from simulator.exports.files import Folder
from simulator.exports.udemy_business import LAYOUTS, UdemyBusiness
from simulator.world.catalogue import LXP
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.simulator.chronicles import Told

MONTHS = 9
"""From February on: every layout, a corrected report, one with an erased account, and two lists of users."""


@pytest.fixture(scope="module")
def told() -> Told:
    return Told("meridian", people=250, months=MONTHS)


def saved(told: Told, to: Path) -> tuple[Folder, UdemyBusiness]:
    folder = Folder(to, LXP)
    tool = UdemyBusiness(told.world, folder)
    for month in told.months:
        tool.month(month.happened)
    return folder, tool


@pytest.fixture(scope="module")
def written(told: Told, tmp_path_factory: pytest.TempPathFactory) -> tuple[Folder, UdemyBusiness]:
    return saved(told, tmp_path_factory.mktemp("inbox"))


@pytest.fixture(scope="module")
def read_back(written: tuple[Folder, UdemyBusiness], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Mapped]:
    folder, scratch = written[0], tmp_path_factory.mktemp("mapped")
    return {
        file.path.name: map_file(folder.root / file.path, LXP, scratch / str(number))
        for number, file in enumerate(folder.files)
    }


def in_the_lxp(told: Told, table: str) -> pd.DataFrame:
    places = [place for place, offering in enumerate(told.world.offerings) if offering.tool == LXP]
    found = told.all(table)
    return found[found["offering"].isin(places)]


def test_every_report_is_read_and_only_erased_people_are_rejected(
    written: tuple[Folder, UdemyBusiness], read_back: dict[str, Mapped]
) -> None:
    for file in written[0].files:
        mapped = read_back[file.path.name]
        rejected = {line["source_line"] for kind in mapped.unit.kinds for line in mapped.rejects(kind.kind.name)}
        assert len(rejected) == file.counts.get("rejected", 0), file.path.name
        assert mapped.unit.source_rows == file.counts["records"], file.path.name
    assert written[0].files[0].counts["redelivered"] == 0
    assert sum(file.counts.get("rejected", 0) for file in written[0].files) >= 1
    assert any("(1)" in file.path.name for file in written[0].files)
    assert len({LAYOUTS[ordinal % len(LAYOUTS)] for ordinal in range(MONTHS)}) == 4


def test_what_the_reports_say_together_is_what_happened(told: Told, read_back: dict[str, Mapped]) -> None:
    landed = pd.concat(
        mapped.table("enrolments").to_pandas() for name, mapped in read_back.items() if "course_activity" in name
    )
    reached = landed.drop_duplicates("record_key")["milestone"].value_counts()
    enrolments = in_the_lxp(told, "enrolments")
    assert reached["confirmed"] == (enrolments["initiator"] == "employee").sum()
    assert reached["assigned"] == (enrolments["initiator"] != "employee").sum()
    assert reached["started"] == in_the_lxp(told, "sessions")["enrolment"].nunique()
    assert reached["completed"] == in_the_lxp(told, "completions")["enrolment"].nunique()


def test_the_last_report_of_a_row_holds_all_its_minutes(told: Told, read_back: dict[str, Mapped]) -> None:
    reports = sorted(name for name in read_back if "course_activity" in name)
    landed = pd.concat(read_back[name].table("learning_time").to_pandas() for name in reports)
    last = landed.groupby("record_key")["minutes"].max()
    sessions = in_the_lxp(told, "sessions")
    assert len(last) == sessions["enrolment"].nunique()
    assert last.sum() == pytest.approx(sessions["minutes"].sum(), abs=0.01 * len(last))


def test_a_later_report_tells_most_rows_again_under_the_same_key(read_back: dict[str, Mapped]) -> None:
    reports = sorted(name for name in read_back if "course_activity" in name and "(1)" not in name)
    for earlier, later in pairwise(reports):
        known = {r["record_key"] for r in read_back[earlier].rows("enrolments") if r["person_token"]}
        again = set(read_back[later].column("enrolments", "record_key"))
        assert known <= again, f"{later} forgot something of {earlier}"


def test_people_go_by_the_address_of_the_day_on_which_they_signed_up(
    told: Told, written: tuple[Folder, UdemyBusiness], read_back: dict[str, Mapped]
) -> None:
    first = in_the_lxp(told, "enrolments").drop_duplicates("person")
    company, identities = told.world.company, {p: (email, known) for p, email, known in written[1].identities()}
    assert set(identities) == set(first["person"])
    for person, day in zip(first["person"], first["enrolled_at"], strict=True):
        email, is_known = identities[person]
        work = company.emails_at(np.array([person]), day.date())[0]
        assert (email.lower() == work) is is_known
    tokens = {token_of("email", email) for email, _ in identities.values()}
    landed = {
        token for name, m in read_back.items() if "course" in name for token in m.column("accounts", "account_token")
    }
    assert landed == tokens


def test_titles_are_the_tools_own_and_times_are_utc(told: Told, read_back: dict[str, Mapped]) -> None:
    titles = {o.activity_id: o.title for o in told.world.offerings if o.tool == LXP}
    (last,) = (m for name, m in read_back.items() if name.endswith("2026-10-31.csv") and "course" in name)
    assert {r["activity_id"]: r["title"] for r in last.rows("activities")}.items() <= titles.items()
    enrolments = in_the_lxp(told, "enrolments")
    local = enrolments["enrolled_at"].dt.tz_localize("Europe/Amsterdam", ambiguous=np.zeros(len(enrolments), bool))
    expected = set(local.dt.tz_convert("UTC").dt.tz_localize(None))
    confirmed = [r["occurred_at"] for r in last.rows("enrolments") if r["milestone"] in ("confirmed", "assigned")]
    assert {pd.Timestamp(at) for at in confirmed} <= expected


def test_the_same_company_is_the_same_bytes(told: Told, written: tuple[Folder, UdemyBusiness], tmp_path: Path) -> None:
    again, _ = saved(told, tmp_path)
    for file in again.files:
        assert (again.root / file.path).read_bytes() == (written[0].root / file.path).read_bytes()
