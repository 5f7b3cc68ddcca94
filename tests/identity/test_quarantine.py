"""An account that several people use is nobody's, says by what that shows, and is somebody's again by decision."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.landing import table_schema
from identity.decisions import Decision
from identity.resolve import Resolution, resolve
from identity.role_names import is_role, words_of
from identity.use import sum_up
from tests.identity.test_days import on
from tests.identity.test_decisions import decided
from tests.identity.test_resolve import ANN, BOB, SEEN, Landed, keys, link

DESK = {"account_token": "desk", "email_token": "desk@", "email_sha1_token": "desk#"}
CAS = {"person_token": "cas"}
MONDAY = date(2025, 3, 3)
Use = list[tuple[datetime, str | None]]
Came = dict[str, list[tuple[datetime, datetime]]]
"""By token: when something happened as the device had it, and when it was stored."""


class Used(Landed):
    """Landed people and accounts, what accounts are called in clear, and when they were used in which session."""

    def resolved(
        self,
        people: list[dict[str, Any]],
        accounts: list[dict[str, Any]],
        called: dict[str, str] | None = None,
        used: dict[str, Use] | None = None,
        decisions: tuple[Decision, ...] = (),
        names: list[tuple[str, str]] | None = None,
        came: Came | None = None,
    ) -> Resolution:
        attributes = [(token, "full_name", name) for token, name in names or []]
        identifiers = [(token, "email", value) for token, value in (called or {}).items()]
        self.vault.write_unit("lms", "u", identifiers, attributes)
        self.resolve(people, accounts)
        self._land_use(used or {}, came or {})
        sum_up("statements", self.folder / "statements", self.folder / "use" / "statements")
        places = self.folder / "people", self.folder / "accounts"
        return resolve(*places, [], self.vault, decisions, self.folder / "use")

    def _land_use(self, used: dict[str, Use], came: Came) -> None:
        said = [(token, at, {"registration": session}) for token, moments in used.items() for at, session in moments]
        said += [(token, at, {"stored_at": stored}) for token, moments in came.items() for at, stored in moments]
        rows = [
            SEEN | {"actor_token": token, "occurred_at": at, "occurred_date": at.date()} | more
            for token, at, more in said
        ]
        path = self.folder / "statements" / "lms" / "u.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=table_schema("statements")), path)


@pytest.fixture
def landed(tmp_path: Path) -> Used:
    return Used(tmp_path)


def told(resolution: Resolution, token: str) -> tuple[str, str]:
    row = link(resolution, token)
    return row["state"], row["rule"]


def every_hour(hours: range, days: int) -> Use:
    first = datetime.combine(MONDAY, datetime.min.time())
    return [(first + timedelta(days=day, hours=hour), None) for day in range(days) for hour in hours]


def side_by_side(sessions: int, days: int, step: timedelta = timedelta(minutes=1)) -> Use:
    start = [datetime.combine(MONDAY + timedelta(days=day), datetime.min.time()) for day in range(days)]
    return [(at + n * step, f"s{session}") for at in start for session in range(sessions) for n in range(2)]


def test_an_address_that_three_hold_at_once_is_a_mailbox(landed: Used) -> None:
    people = [{**person, "email_token": "desk@", "email_sha1_token": "desk#"} for person in (ANN, BOB, CAS)]
    resolution = landed.resolved(people, [DESK])
    for token in ("desk", "desk@", "desk#"):
        assert told(resolution, token) == ("shared", "shared_by_several")
        assert pd.isna(keys(resolution)[token])
    assert len({keys(resolution)[person] for person in ("ann", "bob", "cas")}) == 3


def test_an_address_that_three_hold_one_after_the_other_is_no_mailbox(landed: Used) -> None:
    people = []
    for month, token in ((1, "ann"), (4, "bob"), (7, "cas")):
        people += [{"person_token": token, "email_token": "desk@"} | on(date(2024, month, 1))]
        people += [{"person_token": token, "employment_status": "left"} | on(date(2024, month + 2, 1))]
    states = landed.resolved(people, []).links.query("token == 'desk@'")["state"]
    assert set(states) == {"resolved", "ambiguous"}


def test_one_account_under_three_numbers_or_three_names_is_shared(landed: Used) -> None:
    numbers = [{"account_token": "desk", "employee_token": token} for token in ("ann", "bob", "cas")]
    names = [("kiosk", name) for name in ("Ann Berg", "Bob Özdemir", "Cas de Wit")]
    resolution = landed.resolved([ANN, BOB, CAS], [*numbers, {"account_token": "kiosk"}], names=names)
    assert told(resolution, "desk") == told(resolution, "kiosk") == ("shared", "shared_by_several")


def test_who_marries_or_is_spelled_otherwise_is_one(landed: Used) -> None:
    names = [("kiosk", name) for name in ("Ann Berg", "Ann Özdemir", "Ann de Wit", "Anne Bergh")]
    assert told(landed.resolved([], [{"account_token": "kiosk"}], names=names), "kiosk")[0] == "unmatched"


@pytest.mark.parametrize(
    ("login", "is_shared"),
    [
        ("kiosk.warehouse@example.com", True), ("Reception-Breda", True), ("team 4", True), ("guest12", True),
        ("j.guest", False), ("anna.kiosk", False), ("breda", False), ("0815", False), ("post", False),
    ],
)  # fmt: skip
def test_a_login_of_roles_and_places_only_is_nobody_in_particular(login: str, is_shared: bool) -> None:
    assert is_role(login, words_of(["Breda (NL)"])) is is_shared


def test_who_is_called_like_a_role_and_known_by_number_is_a_person(landed: Used) -> None:
    accounts = [DESK, {"account_token": "own", "employee_token": "ann", "email_token": "desk@"}]
    resolution = landed.resolved([ANN], accounts, called={"desk@": "reception@example.com"})
    assert told(resolution, "desk") == told(resolution, "desk#") == ("shared", "shared_role")
    assert keys(resolution)["own"] == keys(resolution)["ann"]


def test_an_address_of_a_role_is_not_whose_hr_has_it(landed: Used) -> None:
    """HR writes the desk's address beside whoever has none, and the desk's statements would be theirs."""
    resolution = landed.resolved(
        [ANN], [{"account_token": "login", "email_token": "ann@"}], {"ann@": "info@example.com"}
    )
    assert told(resolution, "login") == told(resolution, "ann@") == ("shared", "shared_role")
    assert told(resolution, "ann") == ("resolved", "hr_record")


@pytest.mark.parametrize(
    ("use", "rule"),
    [
        (every_hour(range(24), 3), "shared_round_the_clock"),
        (every_hour(range(6, 22), 7), "shared_round_the_clock"),
        (side_by_side(3, 3), "shared_in_parallel"),
    ],
)
def test_an_account_that_is_used_as_nobody_could_is_shared(landed: Used, use: Use, rule: str) -> None:
    resolution = landed.resolved([ANN], [{"account_token": "desk", "employee_token": "ann"}], used={"desk": use})
    assert told(resolution, "desk") == ("shared", rule)


@pytest.mark.parametrize(
    "use",
    [
        every_hour(range(24), 2),
        every_hour(range(8, 20), 7),
        side_by_side(2, 9),
        side_by_side(3, 2),
        side_by_side(9, 9, step=timedelta()),
    ],
    ids=["two nights", "long weeks", "two windows", "twice", "all told at one instant"],
)
def test_somebody_who_works_much_is_a_person(landed: Used, use: Use) -> None:
    account = {"account_token": "desk", "employee_token": "ann"}
    assert told(landed.resolved([ANN], [account], used={"desk": use}), "desk") == ("resolved", "employee_number")


def test_a_number_of_hr_stays_its_owner_s_whatever_is_done_with_it(landed: Used) -> None:
    resolution = landed.resolved([ANN], [], {"ann": "kiosk"}, {"ann": every_hour(range(24), 9)})
    assert told(resolution, "ann") == ("resolved", "hr_record")


def test_use_is_summed_up_again_where_a_file_was_written_again_and_goes_with_it(landed: Used) -> None:
    account, kiosk = {"account_token": "desk", "employee_token": "ann"}, every_hour(range(24), 3)
    assert told(landed.resolved([ANN], [account], used={"desk": kiosk[:9]}), "desk")[0] == "resolved"
    assert told(landed.resolved([ANN], [account], used={"desk": kiosk}), "desk")[0] == "shared"
    (landed.folder / "statements" / "lms" / "u.parquet").unlink()
    sum_up("statements", landed.folder / "statements", landed.folder / "use" / "statements")
    assert not list((landed.folder / "use").rglob("*.parquet"))


def test_use_that_an_earlier_version_summed_up_otherwise_is_summed_up_again(landed: Used) -> None:
    landed.resolved([], [], used={"desk": every_hour(range(2), 1)})
    summary = landed.folder / "use" / "statements" / "lms" / "u.parquet"
    as_it_was = pq.read_table(summary)
    pq.write_table(as_it_was.drop_columns(["stored_from", "stored_to"]), summary)
    sum_up("statements", landed.folder / "statements", landed.folder / "use" / "statements")
    assert pq.read_table(summary).equals(as_it_was)


def test_a_decision_gives_a_quarantined_account_to_somebody_and_takes_any_account_away(landed: Used) -> None:
    people, called = [ANN, {**BOB, "email_token": "desk@"}], {"desk@": "reception@example.com"}

    def after(*decisions: Decision) -> Resolution:
        return landed.resolved(
            people, [DESK, {"account_token": "own", "employee_token": "ann"}], called, None, decisions
        )

    assert told(after(), "desk")[0] == "shared"
    given = after(decided("same", "desk", "ann"))
    assert keys(given)["desk"] == keys(given)["ann"]
    personal = after(decided("personal", "desk"), decided("personal", "desk@"))
    assert keys(personal)["desk"] == keys(personal)["bob"]
    assert told(after(decided("shared", "own")), "own") == ("shared", "decision")
    taken_back = after(decided("shared", "own"), decided("personal", "own"))
    assert keys(taken_back)["own"] == keys(taken_back)["ann"]


def test_where_nothing_is_shared_nothing_is_put_into_quarantine(landed: Used) -> None:
    found = landed.resolved([ANN], [SEEN | {"account_token": "a1", "email_token": "loose@"}])
    assert found.links["token"].notna().all()
    assert "shared" not in set(found.links["state"])
