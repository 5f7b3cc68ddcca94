"""A number that two lists of HR give to different people is neither's."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from identity.decisions import Decision
from identity.resolve import Resolution
from tests.identity.test_resolve import Landed, keys, link

Told = tuple[str, str, str, str, dict[str, Any]]


def told(tool: str, name: str, token: str = "7", series: str = "staff", **said: Any) -> Told:
    return tool, series, token, name, said


def resolved(
    folder: Path, rows: list[Told], accounts: list[dict[str, Any]] | None = None, decisions: tuple[Decision, ...] = ()
) -> Resolution:
    """Each row is a list of HR of its own unit; its name is kept as the vault of that unit has it."""
    landed = Landed(folder)
    people = []
    for place, (tool, series, token, name, said) in enumerate(rows):
        unit, born = f"u{place}", said.pop("birth_date", None)
        attributes = [(token, "full_name", name)] + ([(token, "birth_date", born)] if born else [])
        landed.vault.write_unit(tool, unit, [], attributes)
        people.append({"person_token": token, "tool": tool, "series": series, "unit": unit, **said})
    return landed.resolve(people, accounts or [], decisions=decisions)


ANN_HERE = told("here", "Ann Berg", email_token="ann@")
BOB_THERE = told("there", "Bob Cox", email_token="bob@")


def test_two_companies_that_number_alike_are_not_fused(tmp_path: Path) -> None:
    accounts = [{"account_token": "a", "email_token": "ann@"}, {"account_token": "b", "email_token": "bob@"}]
    resolution = resolved(tmp_path, [ANN_HERE, BOB_THERE], accounts)
    assert link(resolution, "7")[["state", "rule"]].tolist() == ["ambiguous", "numbered_apart"]
    assert keys(resolution)["a"] != keys(resolution)["b"]
    assert {link(resolution, account)["state"] for account in "ab"} == {"unmatched"}


def test_accounts_that_carry_such_a_number_are_not_fused_by_it(tmp_path: Path) -> None:
    accounts = [{"account_token": account, "employee_token": "7"} for account in "ab"]
    resolution = resolved(tmp_path, [ANN_HERE, BOB_THERE], accounts)
    assert keys(resolution)["a"] != keys(resolution)["b"]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([ANN_HERE, told("there", "Berg, A.")], id="a word in common"),
        pytest.param([ANN_HERE, told("there", "Anne Bergh")], id="another spelling"),
        pytest.param([ANN_HERE, told("there", "Ann Berg"), told("there", "Ann Müller-Cox")], id="a name of before"),
        pytest.param([ANN_HERE, told("there", "Eva Cox", email_token="ann@")], id="one address"),
        pytest.param(
            [told("here", "Ann Berg", birth_date="1990-01-02"), told("there", "Eva Cox", birth_date="1990-01-02")],
            id="one birth date",
        ),
        pytest.param([ANN_HERE, told("there", "安娜")], id="another script"),
        pytest.param([ANN_HERE, told("here", "Eva Cox", effective_date=date(2025, 1, 1))], id="one list, later"),
        pytest.param([ANN_HERE, told("there", "Bob Cox", is_deleted=True)], id="withdrawn"),
    ],
)
def test_whoever_may_be_one_keeps_the_number(tmp_path: Path, rows: list[Told]) -> None:
    assert link(resolved(tmp_path, rows), "7")["state"] == "resolved"


def test_lists_of_one_tool_may_number_apart_too(tmp_path: Path) -> None:
    other = told("here", "Bob Cox", series="staff_of_the_other_company")
    assert link(resolved(tmp_path, [ANN_HERE, other]), "7")["state"] == "ambiguous"


def test_a_name_that_many_have_is_a_placeholder_and_contradicts_nobody(tmp_path: Path) -> None:
    here = [told("here", f"Person {letter * 3}", letter) for letter in "abcdefghijklmnopqrstuvw"]
    there = [told("there", "Former employee", letter) for letter in "abcdefghijklmnopqrstuvw"]
    states = resolved(tmp_path, here + there).links.set_index("token")["state"]
    assert set(states) == {"resolved"}


def test_a_number_that_somebody_says_to_be_one_person_s_is_believed(tmp_path: Path) -> None:
    believed = Decision("personal", ("7",), "HR", date(2026, 3, 2), "she changed her whole name")
    resolution = resolved(tmp_path, [ANN_HERE, BOB_THERE], decisions=(believed,))
    assert link(resolution, "7")["state"] == "resolved"
