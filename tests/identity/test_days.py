"""Identifiers belong to persons on days: addresses are recycled, people marry, leave and come back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from identity.resolve import Resolution
from tests.identity.test_resolve import ANN, BOB, Landed, keys

DAY = timedelta(days=1)
JOINED, LEFT, REJOINED = date(2024, 1, 1), date(2024, 7, 1), date(2025, 3, 1)


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(tmp_path)


def who(resolution: Resolution, token: str) -> list[tuple[object, str, date | None, date | None]]:
    """Whose token it was: key or None, state, first day, first day after."""
    rows = resolution.links[resolution.links["token"] == token]
    return [
        (None if row.person_key is None or row.person_key != row.person_key else row.person_key, row.state, row.valid_from, row.valid_to)
        for row in rows.astype(object).where(rows.notna(), None).itertuples()
    ]  # fmt: skip


def key(resolution: Resolution, token: str) -> object:
    return keys(resolution)[token]


def on(day: date, **said: Any) -> dict[str, Any]:
    return {"effective_date": day, "extracted_at": datetime(day.year, day.month, day.day), "unit": str(day), **said}


RECYCLED = [
    ANN | on(JOINED),
    ANN | on(LEFT, employment_status="left"),
    BOB | on(REJOINED, email_token="ann@", email_sha1_token="ann#"),
]


def test_a_recycled_address_is_the_leaver_s_then_nobody_s_then_its_new_owner_s(landed: Landed) -> None:
    resolution = landed.resolve(RECYCLED, [])
    ann, bob = key(resolution, "ann"), key(resolution, "bob")
    assert ann != bob
    for token in ("ann@", "ann#"):
        assert who(resolution, token) == [
            (ann, "resolved", None, LEFT),
            (None, "ambiguous", LEFT, REJOINED),
            (bob, "resolved", REJOINED, None),
        ]


def test_descriptions_in_any_order_of_arrival_say_the_same(landed: Landed, tmp_path: Path) -> None:
    first = landed.resolve(RECYCLED, [])
    again = landed.resolve(RECYCLED[::-1], [])
    assert first.links.equals(again.links)


def test_a_leaver_s_address_that_nobody_gets_stays_the_leaver_s(landed: Landed) -> None:
    resolution = landed.resolve(RECYCLED[:2], [])
    assert who(resolution, "ann@") == [(key(resolution, "ann"), "resolved", None, None)]


def test_an_address_that_two_have_at_once_is_nobody_s_while_they_do(landed: Landed) -> None:
    resolution = landed.resolve([ANN | on(JOINED), BOB | on(LEFT, email_token="ann@")], [])
    assert who(resolution, "ann@") == [
        (key(resolution, "ann"), "resolved", None, LEFT),
        (None, "ambiguous", LEFT, None),
    ]


def test_who_is_missing_from_the_next_complete_snapshot_has_gone(landed: Landed) -> None:
    whole = {"is_complete_snapshot": True}
    rows = [
        ANN | on(JOINED, **whole),
        BOB | on(JOINED, **whole, email_token=None, email_sha1_token=None),
        BOB | on(LEFT, **whole, email_token=None, email_sha1_token=None),
        BOB | on(REJOINED, **whole, email_token="ann@", email_sha1_token=None),
    ]
    resolution = landed.resolve(rows, [])
    assert [(state, since, until) for _, state, since, until in who(resolution, "ann@")] == [
        ("resolved", None, JOINED + DAY),
        ("ambiguous", JOINED + DAY, REJOINED),
        ("resolved", REJOINED, None),
    ]


def whole(day: date, *people: dict[str, Any]) -> list[dict[str, Any]]:
    """A list of everybody as of a day, whose rows have no days of their own."""
    return [person | on(day, is_complete_snapshot=True) for person in people]


BOB_UNREACHED = BOB | {"email_token": None, "email_sha1_token": None}
BOB_AS_ANN = BOB | {"email_token": "ann@", "email_sha1_token": "ann#"}


def test_on_which_day_between_two_lists_an_address_went_on_nobody_can_tell(landed: Landed) -> None:
    """Ann was in the list of January and not in July's; in July's, Bob has had her address since some day before."""
    resolution = landed.resolve([*whole(JOINED, ANN, BOB_UNREACHED), *whole(LEFT, BOB_AS_ANN)], [])
    told = [(key(resolution, "ann"), "resolved", None, JOINED + DAY), (None, "ambiguous", JOINED + DAY, LEFT)]
    for token in ("ann@", "ann#"):
        assert who(resolution, token) == [*told, (key(resolution, "bob"), "resolved", LEFT, None)]


def test_nor_whether_who_was_given_another_address_kept_the_old_one_so_long(landed: Landed) -> None:
    renamed = ANN | {"email_token": "ann.new@", "email_sha1_token": "ann.new#"}
    resolution = landed.resolve([*whole(JOINED, ANN, BOB_UNREACHED), *whole(LEFT, renamed, BOB_AS_ANN)], [])
    assert [row[1:] for row in who(resolution, "ann@")] == [
        ("resolved", None, JOINED + DAY),
        ("ambiguous", JOINED + DAY, LEFT),
        ("resolved", LEFT, None),
    ]


def test_rows_with_days_of_their_own_tell_the_day(landed: Landed) -> None:
    left = ANN | on(LEFT, is_complete_snapshot=True, employment_status="left", unit="second")
    heir = BOB_AS_ANN | on(LEFT + DAY, is_complete_snapshot=True, unit="second")
    resolution = landed.resolve([*whole(JOINED, ANN, BOB_UNREACHED), left, heir], [])
    assert [row[1:] for row in who(resolution, "ann@")] == [
        ("resolved", None, LEFT),
        ("ambiguous", LEFT, LEFT + DAY),
        ("resolved", LEFT + DAY, None),
    ]


GONE = ANN | {"employment_status": "left"}
"""Ann as the first list of everybody who ever worked here tells her."""


def test_a_leaver_of_before_the_first_list_is_a_person_with_identifiers(landed: Landed) -> None:
    resolution = landed.resolve(whole(REJOINED, GONE), [{"account_token": "login", "employee_token": "ann"}])
    ann = key(resolution, "ann")
    assert ann is not None
    for token in ("ann", "ann@", "ann#", "ann!", "login"):
        assert who(resolution, token) == [(ann, "resolved", None, None)]


def test_what_such_a_leaver_held_is_no_heir_s_before_the_last_day(landed: Landed) -> None:
    gone = GONE | {"hired_date": JOINED, "left_date": LEFT - DAY}
    resolution = landed.resolve(whole(REJOINED, gone, BOB_AS_ANN), [])
    for token in ("ann@", "ann#"):
        assert who(resolution, token) == [
            (key(resolution, "ann"), "resolved", None, LEFT),
            (None, "ambiguous", LEFT, REJOINED),
            (key(resolution, "bob"), "resolved", REJOINED, None),
        ]


def test_without_a_last_day_nobody_can_tell_since_when_it_is_the_heir_s(landed: Landed) -> None:
    resolution = landed.resolve(whole(REJOINED, GONE, BOB_AS_ANN), [])
    assert who(resolution, "ann@") == [
        (None, "ambiguous", None, REJOINED),
        (key(resolution, "bob"), "resolved", REJOINED, None),
    ]


def test_who_is_hired_for_later_gives_no_other_row_of_the_list_a_day(landed: Landed) -> None:
    hired = {"person_token": "eve"} | on(REJOINED, is_complete_snapshot=True, effective_date=REJOINED + 30 * DAY)
    resolution = landed.resolve([*whole(REJOINED, GONE, BOB_AS_ANN), hired], [])
    assert who(resolution, "ann@")[0] == (None, "ambiguous", None, REJOINED)


def test_but_days_on_which_the_heir_is_known_to_have_it_are_the_heir_s(landed: Landed) -> None:
    heir = [BOB_AS_ANN | on(LEFT), BOB_AS_ANN | on(LEFT + DAY)]
    resolution = landed.resolve([*whole(REJOINED, GONE), *heir], [])
    assert who(resolution, "ann@") == [
        (None, "ambiguous", None, LEFT),
        (key(resolution, "bob"), "resolved", LEFT, None),
    ]


def test_a_day_of_its_own_on_a_leaver_s_row_is_the_first_without_them(landed: Landed) -> None:
    rows = [GONE | on(LEFT, is_complete_snapshot=True), BOB_AS_ANN | on(REJOINED, is_complete_snapshot=True)]
    resolution = landed.resolve([row | {"unit": "first"} for row in rows], [])
    assert [row[1:] for row in who(resolution, "ann@")] == [
        ("resolved", None, LEFT),
        ("ambiguous", LEFT, REJOINED),
        ("resolved", REJOINED, None),
    ]


def test_a_record_that_hr_withdrew_holds_nothing(landed: Landed) -> None:
    """The number was mistyped, and taken back: the address was never anybody's but Bob's."""
    resolution = landed.resolve(whole(REJOINED, ANN | {"is_deleted": True}, BOB_AS_ANN), [])
    assert who(resolution, "ann@") == [(key(resolution, "bob"), "resolved", None, None)]


def test_an_announced_last_day_ends_what_a_leaver_held(landed: Landed) -> None:
    rows = [ANN | on(JOINED, left_date=date(2024, 6, 30)), RECYCLED[2]]
    assert [row[2:] for row in who(landed.resolve(rows, []), "ann@")] == [
        (None, LEFT),
        (LEFT, REJOINED),
        (REJOINED, None),
    ]


def test_both_addresses_of_somebody_who_married_are_hers_for_good(landed: Landed) -> None:
    resolution = landed.resolve([ANN | on(JOINED), ANN | on(LEFT, email_token="ann.new@")], [])
    for token in ("ann@", "ann.new@"):
        assert who(resolution, token) == [(key(resolution, "ann"), "resolved", None, None)]


def test_somebody_who_comes_back_under_the_same_number_never_lost_the_address(landed: Landed) -> None:
    resolution = landed.resolve([*RECYCLED[:2], ANN | on(REJOINED)], [])
    assert who(resolution, "ann@") == [(key(resolution, "ann"), "resolved", None, None)]


def test_an_account_that_is_known_by_a_recycled_address_changes_hands_with_it(landed: Landed) -> None:
    resolution = landed.resolve(RECYCLED, [{"account_token": "login", "email_token": "ann@"}])
    ann, bob = key(resolution, "ann"), key(resolution, "bob")
    told = [(ann, "resolved", None, LEFT), (None, "ambiguous", LEFT, REJOINED), (bob, "resolved", REJOINED, None)]
    assert who(resolution, "login") == told


def test_an_account_that_was_given_another_address_changed_hands_on_some_day_between_the_exports(
    landed: Landed,
) -> None:
    accounts = [
        on(JOINED, account_token="desk", email_token="ann@"),
        on(LEFT, account_token="desk", email_token="bob@"),
    ]
    resolution = landed.resolve([ANN, BOB], accounts)
    assert who(resolution, "desk") == [
        (key(resolution, "ann"), "resolved", None, JOINED + DAY),
        (None, "ambiguous", JOINED + DAY, LEFT),
        (key(resolution, "bob"), "resolved", LEFT, None),
    ]


def test_an_account_that_is_known_by_addresses_of_two_at_once_is_ambiguous(landed: Landed) -> None:
    accounts = [on(JOINED, account_token="desk", email_token=token) for token in ("ann@", "bob@")]
    accounts += [on(LEFT, account_token="desk", email_token=token) for token in ("ann@", "bob@")]
    assert who(landed.resolve([ANN, BOB], accounts), "desk") == [(None, "ambiguous", None, None)]


def test_an_identifier_that_only_such_an_account_has_is_whose_the_account_was(landed: Landed) -> None:
    accounts = [{"account_token": "login", "email_token": "ann@", "username_token": "desk!"}]
    resolution = landed.resolve(RECYCLED, accounts)
    assert who(resolution, "desk!") == who(resolution, "login")


def test_a_recycled_address_hands_no_key_from_one_person_to_another(landed: Landed) -> None:
    before = landed.resolve([], [], named=["ann@"])
    after = landed.resolve(RECYCLED, [], named=["ann@"])
    assert key(before, "ann@") not in (key(after, "ann"), key(after, "bob"))
