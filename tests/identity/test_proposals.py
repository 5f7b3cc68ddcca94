"""What only looks alike is proposed with its evidence, and nothing merges by it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from identity.decisions import Decision
from identity.proposals import Proposal, proposals, queue
from tests.identity.test_days import on
from tests.identity.test_resolve import ANN, BOB, Landed, keys

EARLY, LATE = date(2023, 1, 1), date(2025, 1, 1)
NAMES = {"ann": "Ann Müller", "bob": "Bob Berg", "ann2": "Ann Mueller", "login": "Muller, Ann"}


class Named(Landed):
    """Landed people and accounts whose names and addresses are in the vault."""

    def waiting(
        self,
        people: list[dict[str, Any]],
        accounts: list[dict[str, Any]],
        names: dict[str, str] = NAMES,
        born: dict[str, str] | None = None,
        decisions: tuple[Decision, ...] = (),
    ) -> list[Proposal]:
        attributes = [(token, "full_name", name) for token, name in names.items()]
        attributes += [(token, "birth_date", day) for token, day in (born or {}).items()]
        identifiers = [(token, "email", f"{token}.example.org") for token in ("ann@", "home@")]
        self.vault.write_unit("hr", "u", identifiers, attributes)
        links = self.resolve(people, accounts, decisions=decisions).links
        return proposals(self.folder / "people", self.folder / "accounts", links, self.vault, decisions)


@pytest.fixture
def landed(tmp_path: Path) -> Named:
    return Named(tmp_path)


def told(waiting: list[Proposal]) -> list[tuple[str, tuple[str, str]]]:
    return [(proposal.kind, proposal.tokens) for proposal in waiting]


STAYED = [ANN | on(EARLY), BOB | on(EARLY)]
RETURNED = [ANN | on(EARLY), {"person_token": "ann2"} | on(LATE)]
STRANGER = {"account_token": "login", "email_token": "home@"}


def test_an_account_that_hr_does_not_know_is_proposed_to_whoever_is_called_the_same(landed: Named) -> None:
    (proposal,) = landed.waiting(STAYED, [STRANGER])
    assert (proposal.kind, proposal.tokens) == ("known_by_name", ("login", "ann"))
    assert proposal.similarity > 0.92
    assert proposal.told == ("Muller, Ann, home@.example.org", "Ann Müller, ann@.example.org")


def test_where_two_are_called_the_same_nobody_is_proposed(landed: Named) -> None:
    assert landed.waiting(STAYED, [STRANGER], {"ann": "Ann Berg", "bob": "Ann Berg", "login": "Ann Berg"}) == []


def test_one_who_left_and_came_back_under_another_number_is_proposed_by_birth_date(landed: Named) -> None:
    born = {"ann": "1990-02-03", "ann2": "1990-02-03"}
    assert told(landed.waiting(RETURNED, [], born=born)) == [("returned", ("ann", "ann2"))]


def test_one_account_under_two_numbers_in_turn_proposes_them(landed: Named) -> None:
    accounts = [on(day, account_token="lms:7", employee_token=token) for day, token in ((EARLY, "ann"), (LATE, "ann2"))]
    assert told(landed.waiting(RETURNED, accounts)) == [("returned", ("ann", "ann2"))]


@pytest.mark.parametrize(
    ("born", "is_asked"),
    [({}, True), ({"ann": "1961-05-06"}, True), ({"ann": "1961-05-06", "ann2": "1999-08-09"}, False)],
)
def test_who_has_the_name_and_the_address_of_one_who_left_may_have_returned_unless_born_on_another_day(
    landed: Named, born: dict[str, str], is_asked: bool
) -> None:
    heir = {"person_token": "ann2", "email_token": "ann@"} | on(LATE)
    waiting = landed.waiting([ANN | on(EARLY), heir], [], born=born)
    assert told(waiting) == ([("returned", ("ann", "ann2"))] if is_asked else [])


def test_a_new_number_that_keeps_the_hiring_date_is_proposed_from_when_hr_told_it(landed: Named) -> None:
    hired = {"hired_date": date(2020, 1, 1)}
    renumbered = [ANN | hired | on(EARLY), {"person_token": "ann2", "email_token": "ann@"} | hired | on(LATE)]
    assert told(landed.waiting(renumbered, [])) == [("returned", ("ann", "ann2"))]


@pytest.mark.parametrize(("system", "asked"), [("payroll", [("numbered_twice", ("ann", "ann2"))]), ("hr", [])])
def test_numbers_that_two_systems_of_hr_give_one_person_are_proposed_and_those_of_one_system_are_not(
    landed: Named, system: str, asked: list[tuple[str, tuple[str, str]]]
) -> None:
    other = {"person_token": "ann2", "email_token": "ann@", "tool": system}
    assert told(landed.waiting([person | on(day) for person in (ANN, other) for day in (EARLY, LATE)], [])) == asked


def test_twins_who_work_side_by_side_are_not_proposed(landed: Named) -> None:
    both = [ANN | on(day) for day in (EARLY, LATE)] + [{"person_token": "ann2"} | on(day) for day in (EARLY, LATE)]
    assert landed.waiting(both, [], born={"ann": "1990-02-03", "ann2": "1990-02-03"}) == []


def test_another_birth_date_or_none_proposes_nobody(landed: Named) -> None:
    assert landed.waiting(RETURNED, [], born={"ann": "1990-02-03", "ann2": "1991-02-03"}) == []
    assert landed.waiting(RETURNED, []) == []


def test_an_account_whose_identifiers_name_two_who_are_not_alike_is_shown(landed: Named) -> None:
    (proposal,) = landed.waiting(STAYED, [{"account_token": "desk", "employee_token": "ann", "email_token": "bob@"}])
    assert (proposal.kind, proposal.tokens) == ("contradicted", ("desk", "ann"))
    assert proposal.told == ("account that hr_email gives to Bob Berg", "Ann Müller, by employee_number")


@pytest.mark.parametrize(("answer", "owner"), [("same", "ann"), ("different", "bob")])
def test_the_answer_says_whose_a_contradicted_account_is(landed: Named, answer: str, owner: str) -> None:
    desk = {"account_token": "desk", "employee_token": "ann", "email_token": "bob@"}
    decided = Decision(answer, ("desk", "ann"), "HR", date(2026, 3, 2), "asked")
    known = keys(landed.resolve(STAYED, [desk], decisions=[decided]))
    assert known["desk"] == known[owner]
    assert landed.waiting(STAYED, [desk], decisions=(decided,)) == []


def test_what_looks_like_one_person_in_several_tools_is_asked_once_and_answered_for_all(landed: Named) -> None:
    names = NAMES | {"phone": "Ann Muller"}
    (proposal,) = landed.waiting(STAYED, [STRANGER, STRANGER | {"account_token": "phone", "tool": "lxp"}], names)
    assert sorted(proposal.pairs) == [("login", "ann"), ("phone", "ann")]


def test_who_has_such_an_account_already_is_not_asked_about(landed: Named) -> None:
    own = {"account_token": "own", "employee_token": "ann", "identifier_type": "lms:id"}
    assert landed.waiting(STAYED, [own, STRANGER | {"identifier_type": "lms:id"}]) == []
    assert len(landed.waiting(STAYED, [own, STRANGER | {"identifier_type": "email"}])) == 1


def test_the_queue_is_as_long_as_people_will_work_through() -> None:
    waiting = [Proposal("returned", (f"a{n}", f"b{n}"), 1.0, ("", "")) for n in range(150)]
    assert [len(queue(waiting, persons)) for persons in (50, 10_000, 20_000)] == [20, 100, 150]


@pytest.mark.parametrize("decision", ["same", "different"])
def test_what_was_decided_is_not_proposed_again(landed: Named, decision: str) -> None:
    decided = Decision(decision, ("ann", "login"), "HR", date(2026, 3, 2), "asked")
    assert landed.waiting(STAYED, [STRANGER], decisions=(decided,)) == []


def test_the_number_of_a_proposal_is_the_same_each_time_and_names_nobody(landed: Named) -> None:
    (first,) = landed.waiting(STAYED, [STRANGER])
    (again,) = landed.waiting(STAYED, [STRANGER])
    assert first.number == again.number
    assert len(first.number) == 8


def test_without_names_nothing_is_proposed(landed: Named) -> None:
    links = landed.resolve(STAYED, [STRANGER]).links
    assert proposals(landed.folder / "people", landed.folder / "accounts", links, landed.vault, ()) == []
