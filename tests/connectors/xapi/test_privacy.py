"""Nobody can be recognised in what lands: not by name, address, its hash, an answer or free text."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from connectors.xapi.bodies import BodyHash
from tests.connectors.xapi.samples import FakeTokeniser, Read, Reading, Statement, changed, lines

ADDRESS = "ada.canary@example.org"
SHA1 = hashlib.sha1(f"mailto:{ADDRESS}".encode()).hexdigest()
CANARIES = (ADDRESS, "ada.canary", SHA1, "Canary", "canary", "4711-canary", "%40example")


def _everywhere() -> Statement:
    """A statement with a canary in every place that can hold one."""
    person = {"name": "Ada Canary", "mbox": f"mailto:{ADDRESS}"}
    by_hash = {"name": "Canary by hash", "mbox_sha1sum": SHA1}
    by_account = {"name": "A. Canary", "account": {"homePage": f"https://x.example/{ADDRESS}", "name": "4711-canary"}}
    free = {
        "https://x.example/free": "canary",
        "https://w3id.org/xapi/video/extensions/session-id": ADDRESS,
        "https://x.example/number": 4711,
    }
    named = {"name": {"en": f"Inbox of {ADDRESS}"}, "description": {"en": "canary"}, "extensions": free}
    return changed(
        actor={"objectType": "Group", **by_account, "member": [person, by_hash]},
        object={"id": f"https://x.example/user/{ADDRESS.replace('@', '%40')}", "definition": named},
        result={"response": "canary", "extensions": free},
        context={
            "instructor": person,
            "platform": f"mail {ADDRESS}",
            "extensions": free,
            "contextActivities": {
                "parent": {"id": f"mailto:{ADDRESS}", "definition": named},
                "grouping": [{"id": f"https://x.example/?u={ADDRESS}"}],
                "category": [{"id": f"https://x.example/{ADDRESS}#c"}],
            },
        },
        authority=person,
        attachments=[
            {
                "usageType": "https://x.example/u",
                "display": {"en": "canary"},
                "contentType": "text/plain",
                "length": 3,
                "sha2": "canary",
            }
        ],
    )


def _open_text(reading: Reading) -> str:
    """Everything in the open Parquet files, decoded."""
    return json.dumps([reading.rows(kind.kind.name) for kind in reading.unit.kinds], default=str, ensure_ascii=False)


def test_no_canary_lands_in_the_open(read: Read) -> None:
    reading = read(lines(_everywhere(), changed(id="6690e6c9-3ef0-4ed3-8b37-7f3964730bef")))
    assert reading.counts() == (2, 2, 0, 0)
    assert len(reading.rows("accounts")) == 2
    text = _open_text(reading)
    assert [canary for canary in CANARIES if canary in text] == []
    assert "‹e-mail›" in text


def test_no_file_in_the_open_holds_a_canary_as_bytes(read: Read) -> None:
    reading = read(lines(_everywhere()))
    for path in reading.scratch.open.iterdir():
        content = path.read_bytes()
        assert [canary for canary in CANARIES if canary.encode() in content] == []


def test_the_reason_of_a_reject_holds_no_value(read: Read) -> None:
    broken = [
        changed(actor={"mbox": ADDRESS}),
        changed(**{ADDRESS: 1}),
        changed(verb={"id": f"completed by {ADDRESS}"}),
        changed(verb={"id": "http://x.example/v", "display": {ADDRESS: "x"}}),
        changed(result={"extensions": {ADDRESS: 1}}),
        changed(result={"score": {"scaled": ADDRESS}}),
    ]
    reading = read(lines(*broken) + f'{{"id": "{ADDRESS}"'.encode())
    assert reading.counts() == (7, 0, 7, 0)
    for reject in reading.rejects():
        told = {name: value for name, value in reject.items() if name not in ("value", "original")}
        assert ADDRESS not in json.dumps(told)
        assert ADDRESS in reject["original"]


def test_names_go_to_the_vault_under_the_persons_token(read: Read) -> None:
    reading = read(lines(changed()))
    [account] = reading.rows("accounts")
    assert reading.tokeniser.kept == [(account["account_token"], "full_name", "Ada Canary")]


def test_what_people_write_or_are_is_not_the_name_of_an_activity(read: Read) -> None:
    for last in ("user-profile", "chat-message"):
        thing = {
            "id": "https://x.example/a",
            "definition": {"name": {"en": "Ada Canary"}, "type": f"http://id.tincanapi.com/activitytype/{last}"},
        }
        reading = read(lines(changed(object=thing)))
        assert "Canary" not in _open_text(reading)
        assert reading.rows()[0]["activity_type"].endswith(last)


def test_only_extensions_that_are_known_and_look_as_they_should_land(read: Read) -> None:
    video = "https://w3id.org/xapi/video/extensions/"
    sent = {
        video + "time": 3.5,
        video + "speed": "1x",
        video + "user-agent": "Mozilla",
        video + "progress": "Ada",
        "https://x.example/n": 1,
    }
    [row] = read(lines(changed(result={"extensions": sent}))).rows()
    assert json.loads(row["result_extensions"]) == {video + "time": 3.5, video + "speed": "1x"}


class OtherKey(FakeTokeniser):
    @staticmethod
    def _token(identifier_type: str, value: str) -> str:
        return hashlib.md5(f"{identifier_type}|{value}".encode(), usedforsecurity=False).hexdigest()


def test_the_body_hash_cannot_be_made_without_the_key() -> None:
    """Else a guess at an answer or a person could be checked against it."""
    body = (b"actor", b"verb")
    assert BodyHash(FakeTokeniser()).of(body) == BodyHash(FakeTokeniser()).of(body)
    assert BodyHash(FakeTokeniser()).of(body) != BodyHash(OtherKey()).of(body)
    assert BodyHash(FakeTokeniser()).derived_id({"a": 1}) != BodyHash(OtherKey()).derived_id({"a": 1})


def test_a_restricted_file_is_not_written_where_tokens_belong(read: Read) -> None:
    reading = read(lines(changed(version="0.9")))
    rejected = reading.kind("statements").rejected
    assert rejected is not None
    assert rejected.parent == reading.scratch.restricted
    assert Path(reading.kind("statements").landed).parent == reading.scratch.open
