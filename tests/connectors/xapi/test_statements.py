"""What a statement lands as, whichever way it was read; what is the same again, and what is a conflict."""

from __future__ import annotations

import copy
import json
import random
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from connectors.xapi import envelopes, rules
from tests.connectors.xapi.samples import STATEMENT, FakeTokeniser, Read, Statement, changed, lines, numbered

VIDEO = "https://w3id.org/xapi/video/extensions/"
CMI5 = "https://w3id.org/xapi/cmi5/context/extensions/"
TOKENS = FakeTokeniser()


def token(identifier_type: str, value: str) -> str | None:
    return TOKENS.tokens(identifier_type, [value])[0]


def one(read: Read, statement: Statement, **options: Any) -> dict[str, Any]:
    [row] = read(lines(statement), **options).rows()
    return row


def test_a_statement_lands_column_by_column(read: Read) -> None:
    row = one(read, STATEMENT)
    lms = token("account:https://lrs.example.org", "lms")
    expected = {
        "tool": "xapi", "unit": "unit-1", "source_line": 1, "declaration_version": "1-test", "extras": None,
        "statement_id": STATEMENT["id"], "id_source": "sent", "actor_kind": "agent",
        "actor_token": token("email", "ada.canary@example.org"), "verb_id": STATEMENT["verb"]["id"],
        "object_kind": "activity", "object_id": "https://lms.example.org/course/7", "object_person_token": None,
        "activity_type": "http://adlnet.gov/expapi/activities/course", "activity_name": "Fire safety",
        "parent_activity_id": "https://lms.example.org/programme/1", "grouping_activity_ids": None,
        "registration": "ec531277-b57b-4c15-8d91-d292c5b2b8f7", "platform": "LMS", "language": "en-GB",
        "score_scaled": 0.8, "score_raw": 80.0, "score_min": 0.0, "score_max": 100.0, "is_success": True,
        "is_completion": True, "duration_text": "PT1H30M", "duration_seconds": 5400.0, "authority_token": lms,
        "occurred_at": datetime(2024, 3, 1, 21, 30, 0, 125000), "occurred_date": date(2024, 3, 1),
        "utc_offset_minutes": 120, "stored_at": datetime(2024, 3, 1, 21, 30, 1), "xapi_version": "1.0.0", "flags": None,
        "extracted_at": datetime(2025, 1, 2, 3, 4, 5),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_the_day_is_the_learners_own(read: Read) -> None:
    row = one(read, changed(timestamp="2024-03-01T00:30:00+14:00"))
    assert (row["occurred_at"], row["occurred_date"]) == (datetime(2024, 2, 29, 10, 30), date(2024, 3, 1))


@pytest.mark.parametrize(
    ("changes", "occurred_at", "offset", "flags"),
    [
        ({"timestamp": "2024-03-01T21:30:00"}, datetime(2024, 3, 1, 21, 30), None, ["timestamp_without_zone"]),
        ({"timestamp": None}, datetime(2024, 3, 1, 21, 30, 1), None, ["timestamp_missing"]),
        (
            {"timestamp": None, "stored": None},
            datetime(2025, 1, 2, 3, 4, 5),
            None,
            ["timestamp_missing", "stored_missing"],
        ),
        ({"timestamp": "2024-03-01T21:36:00Z"}, datetime(2024, 3, 1, 21, 36), 0, ["timestamp_after_stored"]),
        (
            {"timestamp": "2024-03-01T21:30:00.1234567-0830"},
            datetime(2024, 3, 2, 6, 0, 0, 123456),
            -510,
            ["timestamp_after_stored"],
        ),
        ({"timestamp": "2016-12-31T23:59:60Z"}, datetime(2017, 1, 1), 0, None),
        ({"timestamp": "0001-01-01T00:00:00Z"}, datetime(2024, 3, 1, 21, 30, 1), None, ["timestamp_placeholder"]),
        (
            {"timestamp": "9999-12-31T23:59:59.9999999Z"},
            datetime(2024, 3, 1, 21, 30, 1),
            None,
            ["timestamp_placeholder"],
        ),
        (
            {"timestamp": "0001-01-01T00:00:00", "stored": "0001-01-01T00:00:00Z"},
            datetime(2025, 1, 2, 3, 4, 5),
            None,
            ["timestamp_placeholder", "stored_missing"],
        ),
        ({"timestamp": "1600-02-29T00:00:00Z"}, datetime(1600, 2, 29), 0, None),
    ],
)
def test_odd_times_land_with_a_flag(
    read: Read, changes: Statement, occurred_at: datetime, offset: int | None, flags: list[str] | None
) -> None:
    row = one(read, changed(**changes))
    assert (row["occurred_at"], row["utc_offset_minutes"]) == (occurred_at, offset)
    assert (json.loads(row["flags"]) if row["flags"] else None) == flags


@pytest.mark.parametrize(
    ("thing", "kind", "object_id", "has_person"),
    [
        ({"objectType": "Agent", "mbox": "mailto:b@example.org"}, "agent", None, True),
        ({"objectType": "Group", "account": {"homePage": "https://x.example", "name": "g"}}, "group", None, True),
        ({"objectType": "StatementRef", "id": STATEMENT["id"].upper()}, "statement_ref", STATEMENT["id"], False),
    ],
)
def test_objects_other_than_activities_land_as_what_they_are(
    read: Read, thing: Statement, kind: str, object_id: str | None, has_person: bool
) -> None:
    row = one(read, changed(object=thing, context=None))
    assert (row["object_kind"], row["object_id"], row["object_person_token"] is not None) == (
        kind,
        object_id,
        has_person,
    )


def test_a_sub_statement_lands_with_who_is_to_do_what_with_what(read: Read) -> None:
    other = {"mbox": "mailto:b@example.org"}
    planned = {"objectType": "SubStatement", "actor": other, "verb": STATEMENT["verb"], "object": STATEMENT["object"]}
    row = one(read, changed(object=planned, context=None))
    plain = one(read, changed(actor=other))
    assert (row["object_kind"], row["object_id"]) == ("sub_statement", STATEMENT["object"]["id"])
    assert (row["object_verb_id"], row["object_person_token"]) == (STATEMENT["verb"]["id"], plain["actor_token"])
    assert row["actor_token"] != row["object_person_token"]


def test_a_void_lands_with_the_statement_that_it_voids(read: Read) -> None:
    target = {"objectType": "StatementRef", "id": STATEMENT["id"]}
    row = one(
        read, changed(verb={"id": "http://adlnet.gov/expapi/verbs/voided"}, object=target, context=None, result=None)
    )
    assert (row["verb_id"], row["object_id"]) == ("http://adlnet.gov/expapi/verbs/voided", STATEMENT["id"])


def test_sessions_of_cmi5_and_video_are_found(read: Read) -> None:
    for key in (CMI5 + "sessionid", VIDEO + "session-id"):
        row = one(read, changed(context={"extensions": {key: "4a8f"}}))
        assert (row["session_id"], json.loads(row["context_extensions"])) == ("4a8f", {key: "4a8f"})


@pytest.mark.parametrize("session", ["{4A8F-1}", "c2Vzc2lvbiAxMg==", "a+b/c", "urn:lms:7#2", "course|7;attempt=2"])
def test_a_session_may_be_named_in_any_signs_but_those_of_an_address(read: Read, session: str) -> None:
    """Sessions without a name would be one session."""
    for key in (CMI5 + "sessionid", VIDEO + "session-id"):
        row = one(read, changed(context={"extensions": {key: session}}))
        assert (row["session_id"], json.loads(row["context_extensions"])) == (session, {key: session})
    hidden = one(read, changed(context={"extensions": {CMI5 + "sessionid": "ada@example.org"}}))
    assert (hidden["session_id"], hidden["context_extensions"]) == (None, None)


def test_numbers_of_profiles_land_also_where_they_were_sent_as_text(read: Read) -> None:
    told = {VIDEO + "length": "120.5", CMI5 + "masteryscore": "0.8", VIDEO + "time": "+49 170 1234567"}
    row = one(read, changed(context={"extensions": told}))
    assert json.loads(row["context_extensions"]) == {VIDEO + "length": "120.5", CMI5 + "masteryscore": "0.8"}


@pytest.mark.parametrize("segments", ["0[.]1e1[,]2.5[.]7E+1", "-0.04[.]12", "0[.]12,5 [,] 20[.]30"])
def test_played_segments_land_in_any_notation_of_numbers(read: Read, segments: str) -> None:
    row = one(read, changed(result={"extensions": {VIDEO + "played-segments": segments}}))
    assert json.loads(row["result_extensions"]) == {VIDEO + "played-segments": segments}


def test_an_attempt_of_the_scorm_profile_is_a_session(read: Read) -> None:
    course, attempt = {"id": "https://lms.example.org/course"}, {
        "id": "https://lms.example.org/sco?attemptId=7",
        "definition": {"type": "http://adlnet.gov/expapi/activities/attempt"},
    }  # fmt: skip
    row = one(read, changed(context={"contextActivities": {"grouping": [course, attempt]}}))
    assert row["session_id"] == attempt["id"]
    session = {CMI5 + "sessionid": "4a8f"}
    row = one(read, changed(context={"contextActivities": {"grouping": [attempt]}, "extensions": session}))
    assert row["session_id"] == "4a8f"


def test_durations_have_seconds_only_where_they_have_a_length(read: Read) -> None:
    durations = {"P1Y": None, "P2M": None, "P0Y1D": 86400.0, "P4W": 2419200.0, "PT1.25S": 1.25, "PT0,5H": 1800.0}
    for text, seconds in durations.items():
        row = one(read, changed(result={"duration": text}))
        assert (row["duration_text"], row["duration_seconds"]) == (text, seconds)


# ---------------------------------------------------------------------------------- again, changed, derived


def test_a_statement_that_comes_again_is_a_duplicate(read: Read) -> None:
    assert read(lines(STATEMENT, *numbered(3), STATEMENT, STATEMENT)).counts() == (6, 4, 0, 2)


REDELIVERED: list[Statement] = [
    {"authority": {"mbox": "mailto:other@example.org"}},
    {"stored": "2024-03-02T00:00:00Z", "version": "1.0.3"},
    {"timestamp": "2024-03-01T21:30:00.125Z"},
    {"timestamp": "2024-03-01T21:30:00.125987Z"},
    {"verb": STATEMENT["verb"] | {"display": {"de": "abgeschlossen"}}},
    {"object": STATEMENT["object"] | {"definition": {"name": {"de": "Brandschutz"}}}},
    {"object": {"id": STATEMENT["object"]["id"]}},
    {"id": STATEMENT["id"].upper()},
    {
        "context": STATEMENT["context"]
        | {"registration": STATEMENT["context"]["registration"].lower(), "language": "en-gb"}
    },
    {
        "context": STATEMENT["context"]
        | {"contextActivities": {"parent": {"id": "https://lms.example.org/programme/1"}}}
    },
    {"actor": {"mbox": "mailto:Ada.Canary@Example.org"}},
    {
        "result": dict(reversed(STATEMENT["result"].items()))
        | {"score": {"max": 100.0, "min": 0.0, "raw": 80.0, "scaled": 0.80}}
    },
]


@pytest.mark.parametrize("changes", REDELIVERED)
def test_what_a_redelivery_may_change_does_not_make_a_conflict(read: Read, changes: Statement) -> None:
    assert read(lines(STATEMENT, changed(**changes))).counts() == (2, 1, 0, 1)


CONFLICTS: list[Statement] = [
    {"result": STATEMENT["result"] | {"score": {"scaled": 0.9}}},
    {"result": STATEMENT["result"] | {"response": "another answer"}},
    {"result": STATEMENT["result"] | {"extensions": {"https://x.example/e": 1}}},
    {"verb": {"id": "http://adlnet.gov/expapi/verbs/failed"}},
    {"object": {"id": "https://lms.example.org/course/8"}},
    {"actor": {"mbox": "mailto:bob@example.org"}},
    {"timestamp": "2024-03-01T23:30:01+02:00"},
    {"timestamp": "2024-03-01T23:30:00.126+02:00"},
    {"context": None},
]


@pytest.mark.parametrize("changes", CONFLICTS)
def test_another_body_under_the_same_id_is_kept_beside_the_first(read: Read, changes: Statement) -> None:
    reading = read(lines(STATEMENT, changed(**changes)))
    assert reading.counts() == (2, 2, 0, 0)
    assert len({row["body_hash"] for row in reading.rows()}) == 2
    assert len({row["record_key"] for row in reading.rows()}) == 2


STORED = "2024-03-02T00:00:00.123Z"
ASSIGNED: dict[str, Statement] = {
    "neither time was sent": changed(timestamp=None, stored=None, authority=None),
    "an LRS told only when it stored it": changed(timestamp=None, stored=STORED),
    "an LRS filled in when it stored it": changed(timestamp=STORED, stored=STORED, version="1.0.0"),
    "another one did": changed(timestamp="2024-03-02T01:00:01.123+01:00", stored="2024-03-02T00:00:01.123Z"),
}


@pytest.mark.parametrize("copy", ASSIGNED)
def test_a_time_that_an_lrs_may_have_set_is_no_difference(read: Read, copy: str) -> None:
    (first,) = read(lines(ASSIGNED["neither time was sent"])).rows()
    (other,) = read(lines(ASSIGNED[copy])).rows()
    assert first["untimed_hash"] is not None
    assert first["untimed_hash"] == other["untimed_hash"]


def test_a_time_that_the_sender_vouches_for_has_no_hash_without_it(read: Read) -> None:
    assert [row["untimed_hash"] for row in read(lines(STATEMENT, changed(stored=STORED))).rows()] == [None]
    assert read(lines(changed(stored=None))).rows()[0]["untimed_hash"] is None


def test_another_body_without_its_time_is_another_one(read: Read) -> None:
    unsent = [changed(timestamp=None, stored=None, **changes) for changes in CONFLICTS if "timestamp" not in changes]
    rows = read(lines(changed(timestamp=None, stored=None), *unsent)).rows()
    assert len({row["untimed_hash"] for row in rows}) == len(unsent) + 1 == len(rows)


def test_group_members_count_in_any_order(read: Read) -> None:
    members = [{"mbox": "mailto:a@example.org"}, {"mbox": "mailto:b@example.org"}]
    groups = [{"objectType": "Group", "member": order} for order in (members, members[::-1])]
    assert read(lines(*(changed(actor=group) for group in groups))).counts() == (2, 1, 0, 1)


def test_a_missing_id_is_derived_from_the_content(read: Read) -> None:
    first, again, other = changed(id=None), changed(id=None), changed(id=None, timestamp="2024-03-01T08:00:00Z")
    reading = read(lines(first, again, other))
    assert reading.counts() == (3, 2, 0, 1)
    rows = reading.rows()
    assert {row["id_source"] for row in rows} == {"derived"}
    assert all(row["statement_id"][14] == "5" for row in rows)
    spelled_otherwise = json.dumps(dict(reversed(first.items())), indent=1).encode()
    assert read(spelled_otherwise).rows()[0]["statement_id"] == rows[0]["statement_id"]


# ------------------------------------------------------------------------------------------ accounts, activities


def test_an_address_yields_both_of_its_forms(read: Read) -> None:
    [account] = read(lines(STATEMENT)).rows("accounts")
    assert account["account_token"] == account["email_token"] == token("email", "ada.canary@example.org")
    assert account["email_sha1_token"] == TOKENS.email_sha1_tokens(["ada.canary@example.org"])[0]
    assert account["identifier_type"] == "email"


def test_a_hash_meets_the_address_that_it_was_made_of(read: Read) -> None:
    hashed = "a8ba6ab5eb6f0a9bd8ea57dd71fd53dafdaa8ab3"
    [account] = read(lines(changed(actor={"mbox_sha1sum": hashed}))).rows("accounts")
    assert account["account_token"] == account["email_sha1_token"] == token("mbox_sha1sum", hashed)


def test_a_home_page_says_what_its_names_are(read: Read) -> None:
    statement = changed(actor={"account": {"homePage": "https://hr.example.org/", "name": "4711"}})
    [account] = read(lines(statement), accounts={"https://hr.example.org": "employee_number"}).rows("accounts")
    assert account["employee_token"] == token("employee_number", "4711")
    assert (account["account_token"], account["account_home_page"]) == (
        token("account:https://hr.example.org/", "4711"),
        "https://hr.example.org/",
    )
    [undeclared] = read(lines(statement)).rows("accounts")
    assert undeclared["employee_token"] is None


def test_or_of_which_tool_they_are_the_accounts(read: Read) -> None:
    statement = changed(actor={"account": {"homePage": "https://moodle.example.org", "name": "77"}})
    [account] = read(lines(statement), accounts={"https://moodle.example.org": "moodle:user_id"}).rows("accounts")
    assert account["username_token"] == token("moodle:user_id", "77")
    assert account["employee_token"] is None


@pytest.mark.parametrize(
    ("sent", "declared", "is_known"),
    [
        ("https://hr.example.org", "https://hr.example.org/", True),
        ("HTTPS://HR.Example.org/", "https://hr.example.org", True),
        ("https://hr.example.org/People/", "https://HR.example.org/People", True),
        ("https://hr.example.org/People", "https://hr.example.org/people", False),
        ("http://hr.example.org", "https://hr.example.org", False),
    ],
)
def test_a_home_page_is_known_however_its_host_and_its_end_are_spelled(
    read: Read, sent: str, declared: str, is_known: bool
) -> None:
    statement = changed(actor={"account": {"homePage": sent, "name": "4711"}})
    [account] = read(lines(statement), accounts={declared: "employee_number"}).rows("accounts")
    assert (account["employee_token"] is not None) == is_known


def test_members_instructors_and_persons_as_objects_have_accounts_and_authorities_have_not(read: Read) -> None:
    group = {"objectType": "Group", "member": [{"mbox": "mailto:m1@example.org"}, {"mbox": "mailto:m2@example.org"}]}
    person = {"objectType": "Agent", "openid": "https://id.example.org/p"}
    statement = changed(actor=group, object=person, context={"instructor": {"mbox": "mailto:i@example.org"}})
    reading = read(lines(statement))
    assert {row["identifier_type"] for row in reading.rows("accounts")} == {"email", "openid"}
    assert len(reading.rows("accounts")) == 4
    [row] = reading.rows()
    assert (row["actor_kind"], row["actor_token"], row["group_token"]) == ("anonymous_group", None, None)
    assert row["instructor_token"] == token("email", "i@example.org")


def test_a_group_is_no_person_and_tells_its_members_in_any_order(read: Read) -> None:
    home = {"homePage": "https://x.example", "name": "circle"}
    members = [{"mbox": "mailto:m1@example.org"}, {"mbox": "mailto:m2@example.org"}]
    told = [{"objectType": "Group", "account": home, "member": these} for these in (members, members[::-1])]
    rows = read(lines(*(changed(id=str(uuid4()), actor=group) for group in (*told, told[0] | {"member": []})))).rows()
    tokens = sorted(token("email", f"m{number}@example.org") for number in (1, 2))
    assert [row["member_token"] for row in rows] == [json.dumps(tokens, separators=(",", ":"))] * 2 + [None]
    assert {row["group_token"] for row in rows} == {token(f"account:{home['homePage']}", "circle")}
    assert {(row["actor_kind"], row["actor_token"]) for row in rows} == {("group", None)}


def test_a_team_is_known_by_its_identifier(read: Read) -> None:
    team = {"objectType": "Group", "account": {"homePage": "https://x.example", "name": "t"}}
    [row] = read(lines(changed(context={"team": team}))).rows()
    assert row["team_token"] == token("account:https://x.example", "t")


def test_a_rejected_statement_leaves_no_account_and_no_activity(read: Read) -> None:
    reading = read(lines(changed(version="0.9")))
    assert reading.counts() == (1, 0, 1, 0)
    assert reading.rows("accounts") == reading.rows("activities") == []


def test_the_latest_description_of_an_activity_wins(read: Read) -> None:
    def named(name: str, number: int, timestamp: str) -> Statement:
        thing = {"id": "https://lms.example.org/course/7", "definition": {"name": {"de": name}}}
        return changed(id=f"6690e6c9-3ef0-4ed3-8b37-{number:012}", object=thing, timestamp=timestamp)

    statements = [named("neu", 1, "2024-05-01T00:00:00Z"), named("alt", 2, "2024-03-01T23:00:00Z"), STATEMENT]
    rows = {row["activity_id"]: row for row in read(lines(*statements)).rows("activities")}
    assert rows["https://lms.example.org/course/7"]["title"] == "neu"
    assert rows["https://lms.example.org/course/7"]["activity_kind"] == "course"
    assert set(rows) == {"https://lms.example.org/course/7", "https://lms.example.org/programme/1"}


# -------------------------------------------------------------------------------------------- the two ways agree


def test_the_quick_way_and_the_exact_way_land_the_same(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    content = lines(*_varied())
    quick = read(content).rows()
    monkeypatch.setattr(envelopes.Opened, "_are_fine", lambda opened: np.zeros(len(opened.numbers[0]), bool))
    assert read(content).rows() == quick


def test_common_statements_are_proven_and_not_judged(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(raw: bytes) -> None:
        raise AssertionError(f"judged: {raw!r}")

    monkeypatch.setattr(rules, "judge", fail)
    assert read(lines(*_varied())).counts()[1] == len(_varied())
    spaced = b"\n".join(json.dumps(statement).encode() for statement in _varied())
    assert read(spaced).counts()[1] == len(_varied())


def _varied() -> list[Statement]:
    """Statements of forms that are common."""
    contexts = [
        {
            "extensions": {VIDEO + "session-id": "s1"},
            "contextActivities": {"category": [{"id": "https://w3id.org/xapi/video"}]},
        },
        {"instructor": {"mbox": "mailto:i@example.org"}, "revision": "é", "platform": "P", "language": "de"},
        {"team": {"objectType": "Group", "account": {"homePage": "https://x.example", "name": "t"}}},
        {},
    ]
    results = [
        {"extensions": {VIDEO + "time": 1.5, VIDEO + "played-segments": "0[.]1.5"}},
        {"score": {"scaled": -0.5}, "duration": "PT1.2345S", "response": "größer als \u2028 null"},
        {"completion": False, "success": False},
    ]
    times = ["2024-03-01T10:00:00Z", "2024-03-01T10:00:00.1+01:00", "2024-03-01T10:00:00.123456-05:30"]
    statements = []
    for number in range(36):
        varied = {
            "context": contexts[number % 4],
            "result": results[number % 3],
            "timestamp": times[number % 3],
            "stored": "2024-03-02T00:00:00Z",
        }
        statements.append(changed(id=f"6690e6c9-3ef0-4ed3-8b37-{number:012}", **varied))
    return statements


def test_no_mutation_is_judged_differently_by_the_quick_way(read: Read) -> None:
    """Statements with something removed, doubled, retyped or nulled at random: accepted or rejected alike."""
    generator = random.Random(4)
    originals = [json.dumps(statement, separators=(",", ":"), ensure_ascii=False) for statement in _varied()]
    mutants = [_mutated(generator, generator.choice(originals)) for _ in range(3_000)]
    mutants = [mutant for mutant in mutants if b"\n" not in mutant]
    expected = [rules.judge(mutant) for mutant in mutants]
    reading = read(lines(STATEMENT) + b"\n".join(mutants))
    read_count, _, rejected, _ = reading.counts()
    assert read_count == len(mutants) + 1
    assert rejected == sum(violation is not None for violation in expected)
    assert 500 < rejected < 2_500
    assert [row["source_line"] for row in reading.rejects()] == [
        line for line, violation in enumerate(expected, 2) if violation
    ]


def _mutated(generator: random.Random, text: str) -> bytes:
    value = json.loads(text)
    place, name = generator.choice(list(_places(value)))
    kind = generator.randrange(6)
    if kind == 0:
        del place[name]
    elif kind == 1:
        place[name] = generator.choice([None, "", 0, True, [], {}, "x", 1.5, "2024-03-01T10:00:00", "P1DT", -1])
    elif kind == 2:
        place[f"{name}x"] = copy.deepcopy(place[name])
    dumped = json.dumps(
        value, separators=generator.choice([(",", ":"), (", ", ": ")]), ensure_ascii=generator.random() < 0.5
    )
    if kind == 3:  # the same key twice
        key = json.dumps(name)
        dumped = dumped.replace(f"{key}:", f"{key}:{json.dumps(place[name])},{key}:", 1)
    elif kind == 4:
        position = generator.randrange(len(dumped))
        dumped = dumped[:position] + generator.choice('"{}[],:0 x\\') + dumped[position + 1 :]
    return dumped.encode()


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for name, member in value.items():
            yield value, name
            yield from _places(member)


def test_a_catalogue_code_is_read_from_the_extension_that_the_home_names(read: Read) -> None:
    code = "https://lxp.example.org/xapi/catalogue-code"
    extensions = {code: "SAFE-1", "https://x.example.org/y": "no"}
    course = {"id": "https://lxp.example.org/course/1", "definition": {"extensions": extensions}}
    statement = {name: part for name, part in STATEMENT.items() if name != "context"} | {"object": course}
    for options, expected in ({"catalogue_codes": [code]}, "SAFE-1"), ({}, None):
        assert [row["catalogue_code"] for row in read(lines(statement), **options).rows("activities")] == [expected]
