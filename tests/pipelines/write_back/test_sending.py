"""Whatever an LRS answers, and whenever a process dies, what is true is there once, and what is not is voided."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from connectors.errors import SettingsError, Transient
from connectors.home import Home
from pipelines import writing_back
from pipelines.write_back import Lrs, Plan, Sent, plan, settings_of
from pipelines.write_back.ledger import Outcome
from pipelines.write_back.lrs import Delivered
from pipelines.write_back.statements import Statement
from tests.pipelines.clear_text import outside_the_restricted_zone
from tests.pipelines.write_back.receiving_lrs import CUT, HEADER, PASSWORD, ReceivingLrs
from tests.pipelines.write_back.small_version import Completion, publish, settle

OF_A = "https://lms.example.org/course/1"
OF_B = "https://learning.example.org/activities/CAT%202%2F%C3%A9"


def completions(*persons: int) -> list[Completion]:
    return [(person, "a", f"2026-03-{person % 28 + 1:02} 10:00:00") for person in persons]


def send(home: Home, **options: Any) -> Sent:
    settings = settings_of(home)
    assert settings is not None
    return writing_back.sent_now(home, settings, **options)


def told(lrs: ReceivingLrs) -> Counter[tuple[str, str, str]]:
    """(actor, thing, day) of every statement that holds: what a reader of the LRS would count."""
    return Counter(
        (one["actor"]["account"]["name"], one["object"]["id"], one["timestamp"][:10]) for one in lrs.standing
    )


def test_everything_new_is_sent_in_batches_and_nothing_of_it_twice(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, completions(*range(1, 11)))
    assert send(home).statements == {("completed", Outcome.STORED): 10}
    assert lrs.batches == [4, 4, 2]
    assert set(told(lrs).values()) == {1} and len(told(lrs)) == 10
    assert send(home) == Sent()
    assert lrs.batches == [4, 4, 2], "the second run asks the LRS nothing"


def test_only_what_is_new_is_sent_when_a_version_has_more(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, completions(1, 2, 3))
    send(home)
    publish(home, completions(1, 2, 3, 4))
    send(home)
    assert lrs.batches == [3, 1]


def test_what_is_too_much_for_one_run_is_left_for_the_next(
    home: Home, lrs: ReceivingLrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_MOST_NEW", 6)
    publish(home, completions(*range(1, 11)))
    assert [send(home).statements.total() for _ in range(3)] == [6, 4, 0]
    assert set(told(lrs).values()) == {1} and len(told(lrs)) == 10


def test_the_version_and_the_credentials_are_said_in_headers(home: Home, lrs: ReceivingLrs) -> None:
    settle(home, lrs.endpoint, version="2.0.0")
    publish(home, completions(1))
    send(home)
    assert lrs.headers[0]["x-experience-api-version"] == "2.0.0"
    assert lrs.headers[0]["authorization"] == HEADER


def test_the_one_statement_that_an_lrs_refuses_keeps_nobody_else_out(home: Home, lrs: ReceivingLrs) -> None:
    lrs.objects_to = {OF_B}
    publish(home, [*completions(1, 2, 3, 4, 5), (6, "b", "2026-01-01 08:00")])
    sent = send(home)
    assert sent.statements == {("completed", Outcome.STORED): 5, ("completed", Outcome.REFUSED): 1}
    lrs.objects_to = set()
    assert send(home).statements == {("completed", Outcome.STORED): 1}, "what was refused is tried again"


def test_an_lrs_that_takes_a_part_of_a_batch_is_not_believed_to_have_the_rest(home: Home, lrs: ReceivingLrs) -> None:
    lrs.objects_to, lrs.takes_a_part = {OF_B}, True
    publish(home, [*completions(1, 2), (6, "b", "2026-01-01 08:00")])
    assert send(home).statements == {("completed", Outcome.ALREADY_THERE): 2, ("completed", Outcome.REFUSED): 1}
    assert set(told(lrs).values()) == {1} and len(told(lrs)) == 2


def test_an_lrs_that_names_only_what_was_new_to_it_is_asked_for_the_rest(home: Home, lrs: ReceivingLrs) -> None:
    lrs.troubles, lrs.names_only_what_is_new = [CUT], True
    publish(home, completions(1, 2, 3))
    assert send(home).statements == {("completed", Outcome.ALREADY_THERE): 3}
    assert len(lrs.arrivals) == 3
    assert send(home) == Sent()


def test_an_lrs_that_refuses_everything_is_not_asked_about_every_statement(home: Home, lrs: ReceivingLrs) -> None:
    lrs.objects_to = {OF_A}
    publish(home, completions(*range(1, 28)))
    with pytest.raises(SettingsError, match=r"refuses every statement \(400\).*write_back.version"):
        send(home)
    assert sum(size == 1 for size in lrs.batches) == 4


def test_a_batch_that_is_too_large_is_halved(home: Home, lrs: ReceivingLrs) -> None:
    lrs.most_in_a_batch = 2
    publish(home, completions(1, 2, 3, 4))
    assert send(home).statements == {("completed", Outcome.STORED): 4}
    assert lrs.batches == [4, 2, 2]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_lrs_that_is_busy_is_asked_again(home: Home, lrs: ReceivingLrs, status: int) -> None:
    lrs.troubles = [status, status]
    lrs.retry_after = "0"
    publish(home, completions(1, 2))
    assert send(home).statements == {("completed", Outcome.STORED): 2}
    assert lrs.batches == [2, 2, 2]


def test_an_lrs_that_wants_to_be_left_alone_for_an_hour_is_left_alone(home: Home, lrs: ReceivingLrs) -> None:
    lrs.troubles, lrs.retry_after = [429], "3600"
    publish(home, completions(1, 2))
    with pytest.raises(Transient, match="wait 3600 seconds"):
        send(home)
    assert lrs.batches == [2]


def test_an_answer_that_is_lost_is_no_reason_for_a_double(home: Home, lrs: ReceivingLrs) -> None:
    lrs.troubles = [CUT]
    publish(home, completions(1, 2, 3))
    assert send(home).statements == {("completed", Outcome.STORED): 3}
    assert lrs.batches == [3, 3]
    assert sorted(told(lrs).values()) == [1, 1, 1]


def test_an_lrs_that_answers_409_to_what_it_has_already_is_understood(home: Home, lrs: ReceivingLrs) -> None:
    lrs.troubles, lrs.answers_409_to_what_it_has = [CUT], True
    publish(home, completions(1, 2, 3))
    assert send(home).statements == {("completed", Outcome.ALREADY_THERE): 3}
    assert send(home) == Sent()


def test_another_statement_under_one_of_our_ids_is_a_conflict_and_is_not_counted_as_sent(
    home: Home, lrs: ReceivingLrs
) -> None:
    publish(home, completions(1, 2))
    foreign = planned(home).new[0].statement_id
    lrs.kept[foreign] = {
        "id": foreign,
        "actor": {"mbox": "mailto:x@example.org"},
        "verb": {"id": "https://e.org/v"},
        "object": {"id": OF_A},
    }
    assert send(home).statements == {("completed", Outcome.STORED): 1, ("completed", Outcome.CONFLICT): 1}


def planned(home: Home) -> Plan:
    settings = settings_of(home)
    assert settings is not None
    return writing_back.plan_now(home, settings)


class Died(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("is_before", [True, False], ids=["before it leaves", "before its answer is noted"])
def test_a_process_that_dies_around_its_second_batch_goes_on_without_doubles(
    home: Home, lrs: ReceivingLrs, monkeypatch: pytest.MonkeyPatch, is_before: bool
) -> None:
    publish(home, completions(*range(1, 11)))
    deliver = Lrs.deliver

    def dying(self: Lrs, batch: Sequence[Statement]) -> Iterator[Delivered]:
        answers = [] if lrs.batches and is_before else list(deliver(self, batch))
        if len(lrs.batches) > (0 if is_before and not answers else 1):
            raise Died
        return iter(answers)

    monkeypatch.setattr(Lrs, "deliver", dying)
    with pytest.raises(Died):
        send(home)
    monkeypatch.setattr(Lrs, "deliver", deliver)
    assert len(lrs.kept) == (4 if is_before else 8)
    assert send(home).statements == {("completed", Outcome.STORED): 6}
    assert len(lrs.arrivals) == len(set(lrs.arrivals)) == 10
    assert set(told(lrs).values()) == {1} and len(told(lrs)) == 10


@pytest.mark.parametrize("is_strict", [False, True], ids=["takes it again", "answers 409"])
def test_a_process_that_never_heard_the_answer_sends_the_batch_again_without_doubles(
    home: Home, lrs: ReceivingLrs, is_strict: bool
) -> None:
    lrs.troubles, lrs.answers_409_to_what_it_has = [CUT, 500, 500, 500, 500], is_strict
    publish(home, completions(*range(1, 7)))
    with pytest.raises(Transient):
        send(home)
    assert len(lrs.kept) == 4
    sent = send(home)
    assert sent.of(Outcome.STORED, Outcome.ALREADY_THERE) == 6
    assert len(lrs.arrivals) == len(set(lrs.arrivals)) == 6
    assert set(told(lrs).values()) == {1}
    assert send(home) == Sent()


def test_what_was_on_its_way_when_the_process_died_and_is_true_no_longer_is_voided(
    home: Home, lrs: ReceivingLrs
) -> None:
    lrs.troubles = [CUT, 500, 500, 500, 500]
    publish(home, completions(1, 2))
    with pytest.raises(Transient):
        send(home)
    publish(home, completions(2))
    sent = send(home)
    assert sent.voids == {("completed", Outcome.STORED): 1}
    assert len(lrs.standing) == 1


def test_a_completion_that_vanished_is_voided_once(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, completions(1, 2, 3))
    send(home)
    before = {one["id"] for one in lrs.standing}
    publish(home, completions(1, 3))
    assert send(home).voids == {("completed", Outcome.STORED): 1}
    assert len(lrs.voided) == 1 and lrs.voided < before
    assert send(home) == Sent()


def test_a_completion_that_comes_back_is_a_new_statement_because_a_void_is_for_ever(
    home: Home, lrs: ReceivingLrs
) -> None:
    for version in (completions(1, 2), completions(1), completions(1, 2)):
        publish(home, version)
        send(home)
    assert len(lrs.standing) == 2 and len(lrs.voided) == 1 and len(lrs.kept) == 4
    publish(home, completions(1))
    send(home)
    assert len(lrs.standing) == 1 and len(lrs.voided) == 2
    assert send(home) == Sent()


def test_voids_in_a_number_that_looks_like_an_accident_are_not_sent_until_somebody_looked(
    home: Home, lrs: ReceivingLrs
) -> None:
    publish(home, completions(*range(1, 31)))
    send(home)
    publish(home, completions(1, 2, 3))
    with pytest.raises(SettingsError, match=r"27 of 30 statements.*--accept-voids"):
        send(home)
    assert lrs.voided == set()
    send(home, accept_voids=True)
    assert len(lrs.voided) == 27


def test_what_one_lrs_was_sent_another_one_was_not(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, completions(1, 2))
    send(home)
    settle(home, f"{lrs.endpoint}/")
    assert send(home) == Sent(), "a slash more is no other LRS"
    settle(home, lrs.endpoint.replace("127.0.0.1", "localhost"))
    assert planned(home).there.total() == 0


@pytest.mark.parametrize(
    ("status", "words"), [(401, "credentials"), (403, "credentials"), (404, "base address"), (302, "redirect")]
)
def test_an_answer_that_patience_does_not_mend_ends_the_run_at_once(
    home: Home, lrs: ReceivingLrs, status: int, words: str
) -> None:
    lrs.troubles = [status]
    publish(home, completions(1, 2))
    with pytest.raises(SettingsError, match=words):
        send(home)
    assert lrs.batches == [2]


def test_two_processes_do_not_send_for_one_home_at_the_same_time(home: Home, lrs: ReceivingLrs) -> None:
    publish(home, completions(1))

    def again(_: Plan) -> None:
        with pytest.raises(SettingsError, match="Another process"):
            send(home)

    send(home, told=again)
    assert lrs.batches == [1]


def test_without_credentials_nothing_is_sent(home: Home, lrs: ReceivingLrs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THROUGHLINE_WRITE_BACK_PASSWORD")
    publish(home, completions(1))
    with pytest.raises(SettingsError, match="THROUGHLINE_WRITE_BACK_PASSWORD"):
        send(home)
    assert lrs.headers == []


def test_the_ledger_says_what_was_sent_when_and_with_which_outcome_and_nothing_of_whom(
    home: Home, lrs: ReceivingLrs
) -> None:
    version = publish(home, [(4711_0815_4242, "a", "2026-03-01 10:00")])
    send(home)
    (actor, _, _) = next(iter(told(lrs)))
    with sqlite3.connect(home.write_back / "ledger.sqlite") as ledger:
        rows = ledger.execute("select statement_id, outcome, status, published_version from delivery").fetchall()
    ledger.close()
    (statement_id,) = lrs.kept
    assert rows == [(statement_id, "begun", None, version), (statement_id, "stored", 200, version)]
    content = (home.write_back / "ledger.sqlite").read_bytes()
    for secret in (PASSWORD, HEADER, "4711_0815_4242", "471108154242", actor):
        assert secret.encode() not in content
        assert [name for name, text in outside_the_restricted_zone(home.root) if PASSWORD in text] == []
