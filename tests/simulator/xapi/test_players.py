"""What each player tells, against the rules of its profile."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import numpy as np
import pytest

from simulator.exports.xapi.vocabulary import CMI5_CATEGORY, CMI5_CONTEXT, CMI5_MOVE_ON, VIDEO_EXTENSION
from tests.simulator.xapi.told import Company, Statement, Told

SESSION = f"{CMI5_CONTEXT}sessionid"


@pytest.fixture(scope="module")
def said(main: Told) -> list[Statement]:
    """What players said of a learner, in the order in which it happened."""
    found = [statement for _, statement in main.of_role("normal", "late")]
    return sorted(found, key=lambda statement: datetime.fromisoformat(statement["timestamp"]))


def categories(statement: Statement) -> set[str]:
    activities = statement.get("context", {}).get("contextActivities", {})
    return {activity["id"] for activity in activities.get("category", [])}


def verb(statement: Statement) -> str:
    return str(statement["verb"]["id"].rsplit("/", 1)[-1])


@pytest.fixture(scope="module")
def sessions(said: list[Statement]) -> dict[tuple[str, str], list[Statement]]:
    """(registration, session) → the cmi5 defined statements of the session."""
    found: dict[tuple[str, str], list[Statement]] = {}
    for statement in said:
        if CMI5_CATEGORY in categories(statement):
            context = statement["context"]
            found.setdefault((context["registration"], context["extensions"][SESSION]), []).append(statement)
    return found


def test_a_cmi5_session_goes_from_launched_and_initialized_to_terminated(
    sessions: dict[tuple[str, str], list[Statement]],
) -> None:
    assert len(sessions) > 50
    whole = [list(map(verb, told)) for told in sessions.values() if verb(told[0]) == "launched"]
    assert len(whole) > 0.95 * len(sessions), "of the others, the first statements are not in the list of good ones"
    for verbs in whole:
        assert len(set(verbs)) == len(verbs), "no verb twice"
        assert verbs[:2] == ["launched", "initialized"] and verbs[-1] == "terminated"
        assert not {"passed", "failed"} <= set(verbs)


def test_a_registration_is_completed_once_and_passed_once_and_never_failed_after(
    sessions: dict[tuple[str, str], list[Statement]],
) -> None:
    of_registrations: dict[str, list[str]] = {}
    for (registration, _), told in sessions.items():
        of_registrations.setdefault(registration, []).extend(map(verb, told))
    for verbs in of_registrations.values():
        assert Counter(verbs)["completed"] <= 1 and Counter(verbs)["passed"] <= 1
        assert "failed" not in verbs[verbs.index("passed") :] if "passed" in verbs else True


def test_a_cmi5_statement_moves_on_exactly_where_it_says_success_or_completion(
    sessions: dict[tuple[str, str], list[Statement]],
) -> None:
    for statement in (statement for told in sessions.values() for statement in told):
        result = statement.get("result", {})
        assert (CMI5_MOVE_ON in categories(statement)) == bool({"success", "completion"} & set(result))
        if verb(statement) in ("completed", "passed", "failed", "terminated"):
            assert "duration" in result
        if verb(statement) in ("passed", "failed"):
            mastery = statement["context"]["extensions"][f"{CMI5_CONTEXT}masteryscore"]
            assert (result["score"]["scaled"] >= mastery) == (verb(statement) == "passed") == result["success"]


def test_a_completion_belongs_to_a_session_that_was_opened(
    sessions: dict[tuple[str, str], list[Statement]],
) -> None:
    completed = [told for told in sessions.values() if "completed" in map(verb, told)]
    assert completed
    assert all({"launched", "initialized"} & set(map(verb, told)) for told in completed)


def test_what_a_video_says_was_watched_is_the_progress_that_it_tells(said: list[Statement]) -> None:
    paused = [statement for statement in said if verb(statement) == "paused"]
    assert paused
    for statement in paused:
        extensions = statement["result"]["extensions"]
        segments = [
            tuple(map(float, segment.split("[.]")))
            for segment in extensions[f"{VIDEO_EXTENSION}played-segments"].split("[,]")
        ]
        length = statement["context"]["extensions"][f"{VIDEO_EXTENSION}length"]
        assert all(0 <= start < end <= length for start, end in segments)
        assert segments == sorted(segments) and segments[-1][1] == extensions[f"{VIDEO_EXTENSION}time"]
        watched = sum(end - start for start, end in segments)
        assert extensions[f"{VIDEO_EXTENSION}progress"] == pytest.approx(watched / length, abs=0.001)


def test_a_jump_in_a_video_goes_ahead_to_where_the_next_stretch_begins(said: list[Statement]) -> None:
    jumps = [statement["result"]["extensions"] for statement in said if verb(statement) == "seeked"]
    assert jumps
    assert all(jump[f"{VIDEO_EXTENSION}time-from"] < jump[f"{VIDEO_EXTENSION}time-to"] for jump in jumps)


def test_videos_are_told_by_one_player_for_some_of_its_offerings(small: Company, main: Told) -> None:
    told = main.sent[main.sent["verb"].isin(("played", "paused", "seeked"))]
    offerings = small.world.offerings
    with_video = {offerings[place].activity_id for place in told["offering"]}
    of_player = {one.activity_id for one in offerings if one.platform == "mbox_sha1sum"}
    assert with_video < of_player and with_video


def test_an_answer_succeeds_exactly_when_it_is_the_right_one(said: list[Statement]) -> None:
    answers = [statement for statement in said if verb(statement) == "answered"]
    for statement in answers:
        definition, result = statement["object"]["definition"], statement["result"]
        assert result["success"] == (result["response"] in definition["correctResponsesPattern"])
        choices = {choice["id"] for choice in definition.get("choices", ({"id": "true"}, {"id": "false"}))}
        assert result["response"] in choices
    assert np.mean([statement["result"]["success"] for statement in answers]) == pytest.approx(0.74, abs=0.03)
    assert {statement["object"]["definition"]["interactionType"] for statement in answers} == {"choice", "true-false"}


def test_a_plan_is_a_sub_statement_and_completes_nothing(small: Company, main: Told) -> None:
    planned = main.of_role("planned")
    for row, statement in planned:
        inner = statement["object"]
        assert inner["objectType"] == "SubStatement" and "id" not in inner
        assert inner["actor"] == statement["actor"]
        assert inner["object"]["id"] == small.world.offerings[row.offering].activity_id


def test_a_group_speaks_as_its_members_or_as_a_circle_and_as_no_person(small: Company, main: Told) -> None:
    names = small.world.accounts.actors
    groups = main.of_role("group")
    assert groups
    for row, statement in groups:
        assert statement["actor"]["objectType"] == "Group"
        assert row.person == -1
        told = [
            member.get("mbox") or member.get("mbox_sha1sum") or member["account"]["name"]
            for member in statement["actor"]["member"]
        ]
        people = [names[int(person)] for person in row.detail.split()]
        forms = [(one.mbox, one.mbox_sha1sum, one.account_name) for one in people]
        assert len(told) == len(forms) == (0 if "account" in statement["actor"] else 3)
        assert all(name in form for name, form in zip(told, forms, strict=True))


def test_what_happened_is_what_was_told(small: Company, main: Told) -> None:
    """Every sitting, attempt and completion in the players' offerings, once."""
    offerings = small.world.offerings
    once = main.sent[~main.sent["role"].isin(("resent", "invalid", "voided"))].drop_duplicates("event")
    counts = Counter(once["verb"])
    happened = {
        table: sum(sum(offerings[place].tool == "xapi" for place in month[table]["offering"]) for month in small.months)
        for table in ("sessions", "attempts", "completions")
    }
    assert counts["experienced"] == counts["progressed"] == happened["sessions"]
    assert counts["passed"] + counts["failed"] == happened["attempts"]
    assert counts["completed"] == happened["completions"]
