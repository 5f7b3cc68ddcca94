"""A name takes an account away from whom it can't be called after, and never gives it to anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from identity.decisions import Decision
from identity.proposals import proposals
from identity.resolve import Resolution
from tests.identity.test_decisions import decided
from tests.identity.test_quarantine import Used
from tests.identity.test_resolve import keys, link

COLLEAGUES = [f"p{n}" for n in range(20)]
FAMILIES = ["Bos", "Drost", "Kaplan", "Nagel", "Öz", "Prins", "Quist", "Ras", "Smit", "Tak"]
PEOPLE = [{"person_token": token, "email_token": f"{token}@"} for token in [*COLLEAGUES, "ann"]]
CALLED = {token: f"{'Eva' if n % 2 else 'Cas'} {FAMILIES[n // 2]}" for n, token in enumerate(COLLEAGUES)}
CALLED["ann"] = "Ann Müller"


@pytest.fixture
def landed(tmp_path: Path) -> Used:
    return Used(tmp_path)


def colleagues(called: dict[str, str] | None = None) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """An account of one LMS for each colleague, and what each is called in it: as in HR, or otherwise."""
    accounts = [{"account_token": f"a-{token}", "employee_token": token} for token in COLLEAGUES]
    return accounts, [(f"a-{token}", (called or CALLED)[token]) for token in COLLEAGUES]


def resolved(
    landed: Used, account: dict[str, Any], called: str, others: dict[str, str] | None = None,
    decisions: tuple[Decision, ...] = (), people: list[dict[str, Any]] = PEOPLE,
) -> Resolution:  # fmt: skip
    accounts, names = colleagues(others)
    names += [*CALLED.items(), ("login", called)]
    return landed.resolved(people, [*accounts, {"account_token": "login"} | account], names=names, decisions=decisions)


@pytest.mark.parametrize("known_by", [{"employee_token": "ann"}, {"email_token": "ann@"}])
def test_an_account_that_one_identifier_gives_to_somebody_it_is_not_called_after_is_nobody_s(
    landed: Used, known_by: dict[str, str]
) -> None:
    told = link(resolved(landed, known_by, "Victor Drost"), "login")
    assert (told["state"], told["rule"]) == ("ambiguous", "contradicted_by_name")


@pytest.mark.parametrize("called", ["Ann de Boer", "Müller, A.", "Anne Muller", "ANN MULLER", "آن مولر", "1042", "-"])
def test_who_married_is_spelled_otherwise_or_in_another_script_is_one(landed: Used, called: str) -> None:
    known = keys(resolved(landed, {"employee_token": "ann"}, called))
    assert known["login"] == known["ann"]


def test_two_identifiers_outweigh_a_name(landed: Used) -> None:
    known = keys(resolved(landed, {"employee_token": "ann", "email_token": "ann@"}, "Victor Drost"))
    assert known["login"] == known["ann"]


def test_two_identifiers_do_not_outweigh_a_name_and_an_identifier(landed: Used) -> None:
    people = [person | {"username_token": f"{person['person_token']}!"} for person in PEOPLE]
    account = {"employee_token": "ann", "username_token": "ann!", "email_token": "p1@"}
    assert link(resolved(landed, account, "Victor Drost", people=people), "login")["state"] == "ambiguous"
    assert link(resolved(landed, account, "Ann Muller", people=people), "login")["state"] == "resolved"


def test_names_of_a_tool_that_calls_people_otherwise_than_hr_does_say_nothing(landed: Used) -> None:
    others = {token: f"Learner {n}" for n, token in enumerate(COLLEAGUES)}
    known = keys(resolved(landed, {"employee_token": "ann"}, "Learner 99", others))
    assert known["login"] == known["ann"]
    assert all(known[f"a-{token}"] == known[token] for token in COLLEAGUES)


def test_a_private_address_beside_a_wrong_number_vouches_for_nobody(landed: Used) -> None:
    accounts, names = colleagues()
    wrong = {"account_token": "login", "employee_token": "ann", "email_token": "home@"}
    other = {"account_token": "elsewhere", "email_token": "home@"}
    names += [*CALLED.items(), ("login", "Victor Drost")]
    known = keys(landed.resolved(PEOPLE, [*accounts, wrong, other], names=names))
    assert known["elsewhere"] != known["ann"]


@pytest.mark.parametrize(("answer", "owner"), [("same", "ann"), ("different", None)])
def test_such_an_account_is_asked_about_and_the_answer_says_whose_it_is(
    landed: Used, answer: str, owner: str | None
) -> None:
    links = resolved(landed, {"employee_token": "ann"}, "Victor Drost").links
    places = landed.folder / "people", landed.folder / "accounts"
    (proposal,) = proposals(*places, links, landed.vault, ())
    assert (proposal.kind, proposal.tokens) == ("contradicted", ("login", "ann"))
    assert proposal.told == ("account that is called Victor Drost", "Ann Müller, by employee_number")
    told = resolved(landed, {"employee_token": "ann"}, "Victor Drost", decisions=(decided(answer, "login", "ann"),))
    known = keys(told)
    assert bool(known["login"] == known["ann"]) is (owner == "ann")
    assert link(told, "login")["state"] == ("resolved" if owner else "unmatched")
