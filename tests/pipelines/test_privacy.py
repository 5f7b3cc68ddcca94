"""The canary: who somebody is can be read nowhere outside the restricted zone (DESIGN.md §9)."""

from __future__ import annotations

import gzip
import hashlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors import landing
from connectors.home import Home
from pipelines import runs
from tests.pipelines.clear_text import outside_the_restricted_zone
from tests.pipelines.own_home import own_home

EMAIL = "Zephyrine.Quillfeather@canary.example.com"
SHA1 = hashlib.sha1(f"mailto:{EMAIL.lower()}".encode()).hexdigest()
CANARIES = {
    "the e-mail": "quillfeather@canary",
    "the given name": "zephyrine",
    "the family name": "quillfeather",
    "the employee number": "emp-7741-canary",
    "the login": "zquill7741",
    "the hash of the e-mail": SHA1,
    "the phone number": "+31 6 7741 7741",
    "the IP address": "203.0.113.77",
    "what the person wrote": "my heron is unwell",
    "the account name": "zq-idp-7741",
}

LOG = """Time,User full name,Affected user,Event context,Component,Event name,Description,Origin,IP address
"3/03/25, 18:07",Zephyrine Quillfeather,-,Course: Safety,System,Course viewed,The user with id '77417' viewed the course with id '158'.,web,203.0.113.77
"3/03/25, 18:09",Zephyrine Quillfeather,Zephyrine Quillfeather,User: Zephyrine Quillfeather,System,User profile viewed,The user with id '77417' viewed the profile for the user with id '77417' in the course with id '158'.,web,203.0.113.77
"3/03/25, 18:10",Zephyrine Quillfeather,-,File: notes of zephyrine.quillfeather@canary.example.com,File,Course module viewed,The user with id '77417' viewed the 'resource' activity with course module id '9'.,web,203.0.113.77
"not a time",Zephyrine Quillfeather,-,Course: Safety,System,Course viewed,The user with id '77417' viewed the course with id '158'.,web,203.0.113.77
"""
GRADES = f"""First name,Last name,ID number,Institution,Department,Email address,Quiz: Safety (Real),Course total (Real),Last downloaded from this course
Zephyrine,Quillfeather,EMP-7741-CANARY,,,{EMAIL},8.5,8.5,1743500000
Zephyrine,Quillfeather,EMP-7741-CANARY,,,{EMAIL},not a number,8.5,1743500000
"""
USERS = f"""idnumber,timemodified,username,deleted,firstname,lastname,email,phone1,orgidnumber,posidnumber,manageridnumber
EMP-7741-CANARY,1740000000,zquill7741,0,Zephyrine,Quillfeather,{EMAIL},+31 6 7741 7741,T1,P1,
EMP-7742,not a time,other,0,Zephyrine,Quillfeather,{EMAIL},+31 6 7741 7741,T1,P1,EMP-7741-CANARY
"""
VERB = {"id": "http://adlnet.gov/expapi/verbs/answered"}
ACTIVITY = {"id": "https://lms.example.com/quiz/1", "definition": {"name": {"en": "Safety"}}}
STATEMENTS = [
    {"actor": {"mbox": f"mailto:{EMAIL}", "name": "Zephyrine Quillfeather"}, "verb": VERB, "object": ACTIVITY,
     "result": {"response": "my heron is unwell"}, "timestamp": "2025-03-03T10:00:00Z"},
    {"actor": {"mbox_sha1sum": SHA1}, "verb": VERB, "object": ACTIVITY, "timestamp": "2025-03-03T11:00:00Z",
     "context": {"instructor": {"mbox": f"mailto:{EMAIL}"}, "extensions": {"https://x.example.com/ip": "203.0.113.77"}}},
    {"actor": {"account": {"homePage": "https://idp.example.com", "name": "ZQ-IDP-7741"}}, "verb": VERB,
     "object": {"objectType": "Agent", "mbox": f"mailto:{EMAIL}"}, "timestamp": "2025-03-03T12:00:00Z"},
    {"actor": {"mbox": f"mailto:{EMAIL}"}, "verb": VERB, "timestamp": "2025-03-03T12:00:00Z",
     "object": {"id": f"https://lms.example.com/profile?of={EMAIL}", "definition": {"name": {"en": f"Profile of {EMAIL}"}}}},
    {"actor": {"mbox": f"mailto:{EMAIL}", "openid": "https://id.example.com/zquill7741"}, "verb": VERB, "object": ACTIVITY},
]  # fmt: skip


@pytest.fixture(scope="module")
def run_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    with own_home(tmp_path_factory.mktemp("canary") / "home") as home:
        drop(home, "moodle/logs_20250401.csv.gz", gzip.compress(LOG.encode()))
        drop(home, "moodle/Safety Grades-20250401.csv", GRADES.encode())
        drop(home, "totara/users_2025-03-31.csv", USERS.encode("cp1250"))
        drop(home, "totara/broken_2025-04-30.csv", f"<html><title>{EMAIL}</title></html>".encode())
        lines = [json.dumps(statement) for statement in STATEMENTS]
        drop(home, "xapi/dump.ndjson", "\n".join([*lines, '{"actor": "' + EMAIL]).encode())
        runs.run(home)
        yield home


def drop(home: Home, name: str, content: bytes) -> None:
    path = home.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_the_canaries_were_landed_at_all(run_home: Home) -> None:
    rows = landing.ledger(run_home).to_pylist()
    landed = {row["record_kind"]: row["rows_landed"] for row in rows if row["status"] == "landed"}
    assert {"statements", "learning_events", "assessments", "people", "accounts"} <= landed.keys()
    assert landed["people"] == 1
    assert {row["status"] for row in rows} == {"landed", "refused"}
    assert sum(row["rows_rejected"] for row in rows) >= 4


@pytest.mark.parametrize("canary", CANARIES)
def test_nobody_can_be_read_outside_the_restricted_zone(run_home: Home, canary: str) -> None:
    sings = [path for path, text in outside_the_restricted_zone(run_home.root) if CANARIES[canary] in text.lower()]
    assert not sings, f"{canary} can be read in {sings}"


def test_the_restricted_zone_is_closed_to_others_and_holds_the_originals(run_home: Home) -> None:
    assert stat.S_IMODE(run_home.restricted.stat().st_mode) == 0o700
    held = b"".join(path.read_bytes() for path in Path(run_home.archive).rglob("*") if path.is_file())
    assert EMAIL.encode() in held


def test_one_person_under_five_identifiers_is_one_person(run_home: Home) -> None:
    import pyarrow.parquet as pq

    links = pq.read_table(run_home.landed("identity_links") / "links.parquet").to_pylist()
    resolved = {link["person_key"] for link in links if link["state"] == "resolved"}
    assert len(resolved) == 1
