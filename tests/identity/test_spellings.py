"""A hash of an address in other capitals than HR's is that address, and never somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha1
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from identity import keys
from identity.tokens import Tokeniser
from identity.vault import SPELLING, Vault
from tests.identity.test_resolve import Landed, link
from tests.identity.test_resolve import keys as person_keys

ADDRESSES = {"ann@": "ann.de-lee@example.com", "bob@": "bob@example.com"}
PEOPLE = [{"person_token": name, "email_token": f"{name}@", "email_sha1_token": f"{name}#"} for name in ("ann", "bob")]


def hashed(address: str) -> str:
    return sha1(f"mailto:{address}".encode()).hexdigest()


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(tmp_path)


def know(landed: Landed, sent: str, addresses: Mapping[str, str] = ADDRESSES, **typed: str) -> None:
    """The vault: HR's addresses and their hashes, ways in which they were typed, and a hash that an LRS has sent."""
    plain = [(token, "email", address) for token, address in addresses.items()]
    own = [(token.replace("@", "#"), "mbox_sha1sum", hashed(address)) for token, address in addresses.items()]
    landed.vault.write_unit("hr", "u", plain + own, [(f"{name}@", SPELLING, text) for name, text in typed.items()])
    landed.vault.write_unit("lrs", "u", [("sent#", "mbox_sha1sum", hashed(sent))], [])


SENT = {"account_token": "sent#", "identifier_type": "mbox_sha1sum", "email_sha1_token": "sent#"}


@pytest.mark.parametrize(
    "spelling",
    [
        "Ann.De-Lee@example.com", "Ann.de-lee@example.com", "ANN.DE-LEE@example.com", "ANN.DE-LEE@EXAMPLE.COM",
        "aNN.de-Lee@Example.com",
    ],
)  # fmt: skip
def test_a_hash_of_an_address_with_capitals_is_who_has_the_address(landed: Landed, spelling: str) -> None:
    know(landed, spelling, ann="aNN.de-Lee@Example.com")
    resolution = landed.resolve(PEOPLE, [SENT])
    assert person_keys(resolution)["sent#"] == person_keys(resolution)["ann"]
    assert (link(resolution, "sent#")["rule"], link(resolution, "sent#")["state"]) == ("hr_email_sha1", "resolved")


@pytest.mark.parametrize("sent", ["aNN.de-lee@example.com", "Carl@example.com", "Ann.Delee@example.com"])
def test_a_spelling_that_nobody_typed_and_a_stranger_s_are_nobody_s(landed: Landed, sent: str) -> None:
    know(landed, sent)
    assert link(landed.resolve(PEOPLE, [SENT]), "sent#")["state"] == "unmatched"


def test_an_address_that_two_have_in_different_capitals_is_nobody_s_by_its_hash(landed: Landed) -> None:
    know(landed, "Ann.De-Lee@example.com", ann="Ann.De-Lee@example.com")
    both = [{**person, "email_token": "ann@", "email_sha1_token": "ann#"} for person in PEOPLE]
    sent = link(landed.resolve(both, [SENT]), "sent#")
    assert pd.isna(sent["person_key"]) and sent["state"] == "ambiguous"


def test_a_hash_of_a_recycled_address_is_its_owner_s_of_the_day(landed: Landed) -> None:
    know(landed, "Ann.De-Lee@example.com")
    since = date(2024, 7, 1)
    left = [{**PEOPLE[0], "employment_status": "left", "left_date": date(2024, 6, 30), "effective_date": since}]
    taken = [{**PEOPLE[1], "email_token": "ann@", "email_sha1_token": "ann#", "effective_date": since}]
    resolution = landed.resolve([*PEOPLE, *left, *taken], [SENT])
    known, owners = person_keys(resolution), resolution.links.set_index("token")["person_key"]
    assert owners["sent#"].tolist() == owners["ann#"].tolist()
    assert {known["ann"], known["bob"]} <= set(owners["sent#"])


def test_the_vault_keeps_how_an_address_was_typed_where_that_differs(tmp_path: Path) -> None:
    tokeniser = Tokeniser(keys.Key(bytes(range(32))), Vault(tmp_path))
    typed = [" mailto:Ann.Lee@Example.com", "ann.lee@example.com", None, "bob@example.com"]
    [token, *_] = tokeniser.tokens("email", typed)
    tokeniser.flush("hr", "one")
    told = pq.read_table(tmp_path / "attributes/hr/one.parquet").to_pylist()
    assert told == [{"token": token, "attribute": SPELLING, "value": "Ann.Lee@Example.com"}]
    tokeniser.tokens("email", ["ann.lee@example.com"])
    tokeniser.flush("hr", "two")
    assert not (tmp_path / "attributes/hr/two.parquet").exists(), "another unit did not type it so"
