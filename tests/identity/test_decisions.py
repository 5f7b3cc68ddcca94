"""What a person decided outweighs the rules, survives replays, and can be taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from identity.decisions import Decision, DecisionInvalid, add_decisions, read_decisions
from tests.identity.test_resolve import ANN, BOB, Landed, keys, link

LOGIN = {"account_token": "login", "email_token": "ann@"}


def decided(decision: str, *tokens: str) -> Decision:
    return Decision(decision, tokens, "HR", date(2026, 3, 2), "they said so")


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(tmp_path)


def test_two_numbers_of_one_human_being_are_one_person_under_the_older_key(landed: Landed) -> None:
    before = landed.resolve([ANN, BOB], [])
    after = landed.resolve([ANN, BOB], [], decisions=[decided("same", "ann", "bob")])
    (alias,) = after.aliases.to_dict("records")
    assert keys(after)["ann"] == keys(after)["bob"] == alias["person_key"]
    assert {alias["person_key"], alias["former_person_key"]} == {keys(before)["ann"], keys(before)["bob"]}
    assert link(after, "bob@")["person_key"] == alias["person_key"]


def test_a_merge_that_is_taken_back_gives_each_the_key_that_it_had(landed: Landed) -> None:
    before = landed.resolve([ANN, BOB], [])
    landed.resolve([ANN, BOB], [], decisions=[decided("same", "ann", "bob")])
    taken_back = [decided("same", "ann", "bob"), decided("different", "ann", "bob")]
    after = landed.resolve([ANN, BOB], [], decisions=taken_back)
    assert keys(after) == keys(before)
    assert after.aliases.empty


def test_what_one_person_had_under_two_numbers_was_never_contested(landed: Landed) -> None:
    people = [ANN, BOB | {"email_token": "ann@"}]
    assert link(landed.resolve(people, []), "ann@")["state"] == "ambiguous"
    resolution = landed.resolve(people, [], decisions=[decided("same", "ann", "bob")])
    assert link(resolution, "ann@")["person_key"] == keys(resolution)["bob"]


def test_decisions_follow_each_other_to_one_person(landed: Landed) -> None:
    people = [ANN, BOB, {"person_token": "cas"}]
    resolution = landed.resolve(people, [], decisions=[decided("same", "bob", "cas"), decided("same", "ann", "cas")])
    assert len({keys(resolution)[token] for token in ("ann", "bob", "cas")}) == 1


@pytest.mark.parametrize("decision", [decided("different", "login", "ann"), decided("split", "login")])
def test_an_account_that_is_not_whose_the_rules_say_is_a_person_of_its_own(landed: Landed, decision: Decision) -> None:
    ruled = landed.resolve([ANN], [LOGIN])
    assert keys(ruled)["login"] == keys(ruled)["ann"]
    resolution = landed.resolve([ANN], [LOGIN], decisions=[decision])
    assert keys(resolution)["login"] != keys(resolution)["ann"] == keys(ruled)["ann"]
    assert link(resolution, "login")["state"] == "unmatched"
    assert keys(resolution)["ann@"] == keys(ruled)["ann"]


def test_an_account_that_hr_does_not_know_can_be_given_to_somebody(landed: Landed) -> None:
    resolution = landed.resolve([ANN], [{"account_token": "guest"}], decisions=[decided("same", "guest", "ann")])
    assert keys(resolution)["guest"] == keys(resolution)["ann"]
    assert link(resolution, "guest")[["rule", "state"]].tolist() == ["decision", "resolved"]


def test_a_decision_about_tokens_that_are_not_there_waits(landed: Landed) -> None:
    resolution = landed.resolve([ANN], [], decisions=[decided("same", "ann", "gone"), decided("split", "gone")])
    assert link(resolution, "ann")["state"] == "resolved"


def test_decisions_are_written_to_the_end_of_their_file_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "identity_decisions.yml"
    assert read_decisions(file) == []
    file.write_text("# kept by hand\n")
    for decision in (decided("same", "a", "b"), decided("split", "c")):
        add_decisions(file, [decision])
    assert read_decisions(file) == [decided("same", "a", "b"), decided("split", "c")]
    assert file.read_text().startswith("# kept by hand\n")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("decision: same", "a list of decisions"),
        ("- {decision: same}", "decision 1: expected exactly because, decided_by, decided_on"),
        (
            "- {decision: fuse, tokens: [a, b], decided_by: x, decided_on: 2026-01-01, because: y}",
            "'fuse' is none of same",
        ),
        ("- {decision: same, tokens: [a, a], decided_by: x, decided_on: 2026-01-01, because: y}", "about 2 different"),
        ("- {decision: split, tokens: [a], decided_by: x, decided_on: soon, because: y}", "a day such as"),
        ("- {", "not YAML"),
    ],
)
def test_a_decision_that_cannot_be_read_is_told_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "identity_decisions.yml"
    file.write_text(text)
    with pytest.raises(DecisionInvalid, match=told):
        read_decisions(file)
