"""Everything that ever fused two people, in one company at one time: nobody is taken for anybody else."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from identity.proposals import proposals
from identity.resolve import Resolution
from tests.identity.test_days import on
from tests.identity.test_quarantine import Used, every_hour
from tests.identity.test_resolve import keys

THEN, LATER, NOW = date(2024, 1, 31), date(2024, 7, 31), date(2025, 1, 31)
NUMBERS = ("twin1", "twin2", "namesake", "leaver", "heir", "bride", "returner", "returner2", "left", "right", "boss",
           "worker1", "worker2", "worker3", "desk1", "desk2", "desk3", "pair1", "pair2", "42", "0042")  # fmt: skip


def hr(token: str, day: date, address: str | None = "", **said: Any) -> dict[str, Any]:
    """A person of HR on a day, with an address and a login of their own where nothing else is said."""
    email = f"{token}@" if address == "" else address
    hashed = None if email is None else email.replace("@", "#")
    return {"person_token": token, "email_token": email, "email_sha1_token": hashed} | on(day, **said)


def gone(token: str, day: date) -> dict[str, Any]:
    return {"person_token": token, "employment_status": "left"} | on(day)


PEOPLE = [
    *(hr(token, THEN) for token in ("twin1", "twin2", "namesake", "left", "right", "boss", "leaver", "bride", "42", "0042")),
    *(hr(token, THEN, None) for token in ("worker1", "worker2", "worker3")),
    # An address that goes on, a name that changes, somebody who comes back under another number.
    gone("leaver", LATER), hr("heir", NOW, "leaver@"),
    hr("bride", NOW, "married@"),
    hr("returner", THEN), gone("returner", LATER), hr("returner2", NOW, "returner@"),
    # One mailbox for three, and one that two lay claim to.
    *(hr(token, THEN, "team@") for token in ("desk1", "desk2", "desk3")),
    *(hr(token, THEN, "pair@") for token in ("pair1", "pair2")),
]  # fmt: skip

OWNED: list[tuple[str | None, dict[str, Any]]] = [
    ("twin1", {"account_token": "t1", "email_token": "twin1@"}),
    ("twin2", {"account_token": "t2", "email_sha1_token": "twin2#"}),
    ("heir", {"account_token": "h", "employee_token": "heir", "email_token": "leaver@"} | on(NOW)),
    ("bride", {"account_token": "b", "email_token": "bride@"}),
    ("bride", {"account_token": "b2", "email_token": "married@"}),
    ("returner", {"account_token": "r", "employee_token": "returner", "email_token": "returner@"}),
    # Numbers that were swapped, and supervisors whose address stands for those who have none.
    ("left", {"account_token": "l", "employee_token": "right", "email_token": "left@"}),
    ("right", {"account_token": "r2", "employee_token": "left", "email_token": "right@"}),
    ("boss", {"account_token": "o", "employee_token": "boss", "email_token": "boss@"}),
    *(
        (f"worker{n}", {"account_token": f"w{n}", "employee_token": f"worker{n}", "email_token": "boss@"})
        for n in (1, 2)
    ),
    ("worker3", {"account_token": "w3", "email_token": "boss@"}),
    # Shared: by HR's word, by its name, by its use.
    (None, {"account_token": "d", "email_token": "team@"}),
    (None, {"account_token": "k", "email_token": "kiosk@"}),
    (None, {"account_token": "night", "employee_token": "namesake"}),
    ("pair1", {"account_token": "p", "email_token": "pair@"}),
    # Storms of nothing: no identifier, and what people type instead of one.
    *((f"guest{n}", {"account_token": f"n{n}"}) for n in range(4)),
    *((f"guest{n}", {"account_token": f"z{n}", "employee_token": "zero", "email_token": "none@"}) for n in range(4)),
    *((f"guest{n}", {"account_token": f"y{n}", "username_token": "user!"}) for n in range(4)),
    # A number that lost its zeros where two have it, and a stranger with somebody's name.
    ("42", {"account_token": "n42", "employee_token": "42.0"}),
    ("stranger", {"account_token": "s", "email_token": "home@"}),
]
NAMES = {"twin1": "Ada Berg", "twin2": "Ida Berg", "namesake": "Ann Berg", "leaver": "Bo Kaplan", "heir": "Bo Kaplan",
         "returner": "Cas Drost", "returner2": "Cas Drost", "s": "Ann Berg", "boss": "Eva Nagel"}  # fmt: skip
CALLED = {"none@": "noemail@example.com", "kiosk@": "kiosk.warehouse@example.com", "boss@": "eva.nagel@example.com"}

CAME = {"leaver@": [(datetime(2020, 1, 31, 9), datetime(2025, 2, 3, 9))]}
"""The heir's device is five years slow: of a day on which the address was the leaver's, and stored when it wasn't."""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Used:
    landed = Used(tmp_path_factory.mktemp("adversaries"))
    numbers = [(token, "employee_number", token) for token in ("42", "0042")]
    landed.vault.write_unit("hr", "numbers", [*numbers, ("42.0", "employee_number", "42.0")], [])
    born = [(token, "birth_date", "1990-02-03") for token in ("twin1", "twin2", "returner", "returner2")]
    born += [("leaver", "birth_date", "1961-05-06"), ("heir", "birth_date", "1999-08-09")]
    landed.vault.write_unit("hr", "names", [], [*((token, "full_name", name) for token, name in NAMES.items()), *born])
    return landed


@pytest.fixture(scope="module")
def resolution(company: Used) -> Resolution:
    accounts = [{"identifier_type": "lms:id"} | account for _, account in OWNED]
    return company.resolved(PEOPLE, accounts, CALLED, {"night": every_hour(range(24), 5)}, came=CAME)


def test_nobody_in_hr_is_anybody_else(resolution: Resolution) -> None:
    known = keys(resolution)
    assert len({known[number] for number in NUMBERS}) == len(NUMBERS)


def test_no_account_is_anybody_else_s(resolution: Resolution) -> None:
    links = resolution.links.dropna(subset="person_key")
    persons = {known: number for number in NUMBERS for known in links.loc[links["token"] == number, "person_key"]}
    taken_for = {
        (account["account_token"], owner): {persons.get(known) for known in links.loc[links["token"] == account["account_token"], "person_key"]}
        for owner, account in OWNED
    }  # fmt: skip
    fused = {pair: found for pair, found in taken_for.items() if found - {pair[1], None}}
    assert fused == {}


def test_what_an_heir_s_slow_clock_says_is_not_the_leaver_s(resolution: Resolution) -> None:
    links = resolution.links[resolution.links["token"] == "leaver@"].set_index("valid_from")
    assert links.loc[pd.Timestamp(2020, 1, 31).date(), "state"] == "ambiguous"
    assert set(links["person_key"].dropna()) == {keys(resolution)["leaver"], keys(resolution)["heir"]}


def test_strangers_are_not_fused_by_what_they_have_not(resolution: Resolution) -> None:
    known = keys(resolution)
    strangers = [account["account_token"] for owner, account in OWNED if owner and owner.startswith("guest")]
    told = [known[token] for token in strangers if not pd.isna(known[token])]
    assert len(set(told)) == len(told) >= 4


def test_what_can_be_told_is_told(resolution: Resolution) -> None:
    known = keys(resolution)
    told = {"t1": "twin1", "t2": "twin2", "h": "heir", "b": "bride", "b2": "bride", "r": "returner", "o": "boss",
            "w1": "worker1", "w2": "worker2"}  # fmt: skip
    assert {account: known[account] for account in told} == {account: known[number] for account, number in told.items()}


def test_what_cannot_be_told_says_why(resolution: Resolution) -> None:
    links = resolution.links.drop_duplicates("token").set_index("token")
    reasons = {"l": "contradicted", "r2": "contradicted", "p": "hr_email", "d": "shared_by_several", "k": "shared_role", "zero": "shared_by_several",
               "night": "shared_round_the_clock", "s": "own_account", "n42": "own_account"}  # fmt: skip
    assert links.loc[list(reasons), "rule"].to_dict() == reasons
    assert set(links.loc[["d", "k", "night"], "state"]) == {"shared"}


def test_twins_and_heirs_are_not_asked_about_and_who_returned_is(company: Used, resolution: Resolution) -> None:
    waiting = proposals(company.folder / "people", company.folder / "accounts", resolution.links, company.vault, ())
    asked = {frozenset(proposal.tokens) for proposal in waiting}
    assert frozenset({"returner", "returner2"}) in asked
    assert not asked & {frozenset({"twin1", "twin2"}), frozenset({"leaver", "heir"})}


def test_a_second_run_moves_nobody(company: Used, resolution: Resolution) -> None:
    accounts = [{"identifier_type": "lms:id"} | account for _, account in OWNED]
    again = company.resolved(PEOPLE[::-1], accounts[::-1], CALLED, {"night": every_hour(range(24), 5)}, came=CAME)
    pd.testing.assert_frame_equal(again.links, resolution.links)
    assert again.minted == 0


def test_a_placeholder_beside_everybody_in_hr_is_nobody_s_and_costs_no_time(tmp_path: Path) -> None:
    """Every pair of three thousand would be nine million, and every stretch of days of every pair far more."""
    landed = Used(tmp_path)
    people = [{"person_token": f"p{n}", "email_token": "none@"} | on(date(2024, 1, 1 + n % 28)) for n in range(3000)]
    landed.vault.write_unit("hr", "names", [], [(f"p{n}", "birth_date", "1900-01-01") for n in range(3000)])
    resolution = landed.resolve(people, [{"account_token": "a", "email_token": "none@"}])
    assert resolution.links.set_index("token").loc[["none@", "a"], "rule"].tolist() == ["shared_by_several"] * 2
    assert resolution.links["person_key"].nunique() == 3000
    places = landed.folder / "people", landed.folder / "accounts"
    assert proposals(*places, resolution.links, landed.vault, ()) == []
