"""Identity is resolved by declared rules only: nothing fuzzy, nothing by accident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.landing import table_schema
from identity.decisions import Decision
from identity.persons import PERSON_KEY_LIMIT
from identity.resolve import Resolution, resolve
from identity.vault import Vault


class Landed:
    """Landed people and accounts, as a test says them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = Vault(folder / "vault")

    def resolve(
        self,
        people: Sequence[Mapping[str, Any]],
        accounts: Sequence[Mapping[str, Any]],
        named: list[str] | None = None,
        decisions: Sequence[Decision] = (),
    ) -> Resolution:
        """``named`` are tokens by which enrolments name persons."""
        enrolments = [{"person_token": token} for token in named or []]
        people = [DESCRIBED | person for person in people]
        accounts = [SEEN | account for account in accounts]
        for kind, rows in (("people", people), ("accounts", accounts), ("enrolments", enrolments)):
            path = self.folder / kind / "tool" / "unit.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(rows, schema=table_schema(kind)), path)
        mentions = [(self.folder / "enrolments", "person_token")]
        return resolve(self.folder / "people", self.folder / "accounts", mentions, self.vault, decisions)


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(tmp_path)


def keys(resolution: Resolution) -> dict[str, object]:
    return dict(zip(resolution.links["token"], resolution.links["person_key"], strict=True))


def link(resolution: Resolution, token: str) -> pd.Series:
    (row,) = (row for _, row in resolution.links.iterrows() if row["token"] == token)
    return row


SEEN = {"tool": "lms", "unit": "u", "source_line": 1, "extracted_at": datetime(2024, 6, 1)}
DESCRIBED = SEEN | {
    "tool": "hr", "effective_date": date(2024, 1, 1), "is_deleted": False, "is_complete_snapshot": False,
    "employment_status": "active", "series": "hr",
}  # fmt: skip
ANN = {"person_token": "ann", "email_token": "ann@", "email_sha1_token": "ann#", "username_token": "ann!"}
BOB = {"person_token": "bob", "email_token": "bob@", "email_sha1_token": "bob#", "username_token": "bob!"}


@pytest.mark.parametrize(
    ("account", "rule"),
    [
        ({"employee_token": "ann"}, "employee_number"),
        ({"email_token": "ann@"}, "hr_email"),
        ({"username_token": "ann!"}, "hr_username"),
        ({"email_sha1_token": "ann#"}, "hr_email_sha1"),
        ({"email_sha1_token": "ann#", "employee_token": "ann"}, "employee_number"),
    ],
)
def test_an_account_is_linked_by_the_most_trusted_rule_that_matches(
    landed: Landed, account: dict[str, str], rule: str
) -> None:
    resolution = landed.resolve([ANN, BOB], [{"account_token": "login", **account}])
    assert (link(resolution, "login")["rule"], link(resolution, "login")["state"]) == (rule, "resolved")
    assert keys(resolution)["login"] == keys(resolution)["ann"]


def test_a_stronger_rule_wins_over_a_weaker_one_that_says_otherwise(landed: Landed) -> None:
    """Number and login against an address: somebody registered with a colleague's."""
    account = {"account_token": "login", "employee_token": "ann", "username_token": "ann!", "email_token": "bob@"}
    resolution = landed.resolve([ANN, BOB], [account])
    assert keys(resolution)["login"] == keys(resolution)["ann"]


@pytest.mark.parametrize(
    "swapped",
    [
        {"employee_token": "ann", "email_token": "bob@"},
        {"employee_token": "ann", "email_token": "bob@", "email_sha1_token": "bob#"},
        {"employee_token": "ann", "email_token": "bob@", "username_token": "bob!"},
    ],
)
def test_one_identifier_against_another_is_nobody_s_for_sure(landed: Landed, swapped: dict[str, str]) -> None:
    resolution = landed.resolve([ANN, BOB], [{"account_token": "login", **swapped}])
    assert link(resolution, "login")[["rule", "state"]].tolist() == ["contradicted", "ambiguous"]
    assert pd.isna(link(resolution, "login")["person_key"])


def test_what_names_nobody_for_sure_contradicts_nothing(landed: Landed) -> None:
    """The address of two persons, and one that HR has never heard of."""
    people = [ANN, BOB | {"email_token": "desk@"}, {"person_token": "cas", "email_token": "desk@"}]
    accounts = [
        {"account_token": "login", "employee_token": "ann", "email_token": "desk@"},
        {"account_token": "other", "employee_token": "ann", "email_token": "home@"},
    ]
    resolution = landed.resolve(people, accounts)
    assert keys(resolution)["login"] == keys(resolution)["other"] == keys(resolution)["ann"]


def test_two_candidates_are_ambiguous_and_a_weaker_rule_does_not_decide(landed: Landed) -> None:
    shared = BOB | {"email_token": "ann@"}
    resolution = landed.resolve(
        [ANN, shared], [{"account_token": "login", "email_token": "ann@", "email_sha1_token": "ann#"}]
    )
    assert link(resolution, "login")["state"] == "ambiguous"
    assert pd.isna(link(resolution, "login")["person_key"])
    assert keys(resolution)["ann"] != keys(resolution)["bob"]


def test_an_account_that_is_an_account_of_another_tool_is_whoever_that_one_is(landed: Landed) -> None:
    """A statement names a number of the LMS, whose list of users says whose it is."""
    accounts = [
        {"tool": "lms", "account_token": "lms:7", "email_token": "ann@"},
        {"tool": "xapi", "account_token": "https://lms|7", "username_token": "lms:7"},
    ]
    resolution = landed.resolve([ANN, BOB], accounts)
    assert keys(resolution)["https://lms|7"] == keys(resolution)["lms:7"] == keys(resolution)["ann"]
    assert link(resolution, "https://lms|7")["rule"] == "declared_alias"


def test_null_never_matches_null(landed: Landed) -> None:
    people = [{"person_token": "ann"}, {"person_token": "bob"}]
    resolution = landed.resolve(people, [{"account_token": "x"}, {"account_token": "y"}])
    assert len(set(keys(resolution).values())) == 4


def test_accounts_that_hr_does_not_know_are_one_person_where_they_share_an_address(landed: Landed) -> None:
    accounts = [
        {"account_token": "lms", "email_token": "guest@"},
        {"account_token": "lrs", "email_token": "guest@"},
        {"account_token": "other", "email_token": "else@"},
    ]
    resolution = landed.resolve([ANN], accounts)
    assert keys(resolution)["lms"] == keys(resolution)["lrs"] != keys(resolution)["other"]
    assert {link(resolution, token)["state"] for token in ("lms", "lrs", "other")} == {"unmatched"}


def test_a_person_keeps_its_key_over_runs(landed: Landed) -> None:
    accounts = [{"account_token": "login", "email_token": "ann@"}, {"account_token": "guest"}]
    first = landed.resolve([ANN, BOB], accounts)
    again = landed.resolve([ANN, BOB], accounts)
    assert keys(first) == keys(again)
    assert again.minted == 0


def test_an_account_that_hr_gets_to_know_later_brings_its_key_along(landed: Landed) -> None:
    before = landed.resolve([], [{"account_token": "login", "email_token": "ann@"}])
    after = landed.resolve([ANN], [{"account_token": "login", "email_token": "ann@"}])
    assert keys(after)["ann"] == keys(after)["login"] == keys(before)["login"]


def test_a_merge_keeps_the_older_key_and_publishes_an_alias(landed: Landed) -> None:
    first = landed.resolve([], [{"account_token": "lms"}])
    second = landed.resolve([], [{"account_token": "lms"}, {"account_token": "lrs", "email_token": "guest@"}])
    merged = landed.resolve(
        [], [{"account_token": "lms", "email_token": "guest@"}, {"account_token": "lrs", "email_token": "guest@"}]
    )
    assert keys(merged)["lms"] == keys(merged)["lrs"] == keys(first)["lms"]
    alias = merged.aliases.iloc[0]
    assert (alias["former_person_key"], alias["person_key"]) == (keys(second)["lrs"], keys(first)["lms"])


def test_keys_are_random_small_enough_for_a_double_and_say_nothing_of_the_token(landed: Landed, tmp_path: Path) -> None:
    people = [{"person_token": f"p{n}"} for n in range(200)]
    known = keys(landed.resolve(people, []))
    minted = [known[person["person_token"]] for person in people]
    elsewhere = keys(Landed(tmp_path / "elsewhere").resolve(people, [])).values()
    assert len(set(minted)) == 200
    assert max(minted) < PERSON_KEY_LIMIT
    assert not set(minted) & set(elsewhere)
    assert minted != sorted(minted)


def test_an_empty_warehouse_has_no_links(landed: Landed) -> None:
    assert landed.resolve([], []).links.empty


def test_an_identifier_that_only_an_account_holds_stands_for_the_account_s_person(landed: Landed) -> None:
    account = {"account_token": "login", "employee_token": "ann", "email_token": "private@"}
    resolution = landed.resolve([ANN], [account])
    assert keys(resolution)["private@"] == keys(resolution)["ann"]
    assert keys(resolution)["ann@"] == keys(resolution)["ann"]


def test_an_identifier_that_two_persons_are_known_by_is_ambiguous(landed: Landed) -> None:
    shared = [{"account_token": token, "employee_token": token, "email_token": "team@"} for token in ("ann", "bob")]
    accounts = [account | {"account_token": f"login of {account['employee_token']}"} for account in shared]
    resolution = landed.resolve([ANN, BOB], accounts)
    assert link(resolution, "team@")["state"] == "ambiguous"
    assert pd.isna(link(resolution, "team@")["person_key"])


def test_every_token_has_one_link(landed: Landed) -> None:
    accounts = [
        {"account_token": "a", "email_token": "ann@"},
        {"account_token": "b", "email_token": "x@"},
        {"account_token": "x@"},
    ]
    resolution = landed.resolve([ANN, BOB], accounts)
    assert resolution.links["token"].is_unique


def test_whoever_only_a_record_names_is_a_person_of_his_own(landed: Landed) -> None:
    resolution = landed.resolve(
        [ANN], [{"account_token": "login", "email_token": "x@"}], named=["stranger", "ann@", "x@", "login"]
    )
    assert link(resolution, "stranger")["state"] == "unmatched"
    assert keys(resolution)["stranger"] not in (keys(resolution)["ann"], keys(resolution)["login"])
    assert keys(resolution)["ann@"] == keys(resolution)["ann"]
    assert keys(resolution)["x@"] == keys(resolution)["login"]
