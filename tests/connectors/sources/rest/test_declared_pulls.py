"""The pulls of the catalogue, against servers that answer as the vendors' documentation says that theirs do."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from connectors.declaration import CATALOGUE, catalogue, load
from connectors.errors import SettingsError
from connectors.sources.rest.source import pulls_of, secret_names
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.connectors.sources.rest.small_api import SECRET, WINDOW, Serve, pulled
from tests.scripted_server import Answer, Asked, Server, answering, first

SAMPLES = CATALOGUE / "samples"


def sample(tool: str, name: str) -> list[Any]:
    """The documents of a sample: one a line, or one in all."""
    text = (SAMPLES / tool / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()] if name.endswith(".ndjson") else [json.loads(text)]


def landed(
    tool: str, export: str, server: Server, folder: Path, secrets: Sequence[str] = (SECRET,), **settings: Any
) -> Mapped:
    """What a pull of an export is mapped to."""
    declaration = load(CATALOGUE / f"{tool}.yaml")
    window = WINDOW if pulls_of(declaration)[export].window else None
    found = pulled(declaration, server, folder, export=export, secrets=tuple(secrets), window=window, **settings)
    return map_file(found.path, declaration, folder / "scratch", f"{export}-2026-03-01.ndjson", pulled_as=export)


@pytest.mark.parametrize("tool", [tool for tool, declared in catalogue().items() if declared.rest])
def test_a_tool_says_what_its_pulls_need(tool: str) -> None:
    declaration = load(CATALOGUE / f"{tool}.yaml")
    assert declaration.rest is not None
    assert declaration.rest.endpoint.startswith("https://")
    assert len(declaration.rest.needs) > 40
    assert all(name.startswith(f"THROUGHLINE_{tool.upper()}_") for name in secret_names(declaration))
    for export in pulls_of(declaration):
        assert declaration.exports[export].how


@pytest.mark.parametrize(
    ("tool", "export"), [(tool, export) for tool, declared in catalogue().items() for export in pulls_of(declared)]
)
def test_an_answer_without_records_lands_as_none(tmp_path: Path, tool: str, export: str) -> None:
    answer = tmp_path / "pulled.ndjson"
    answer.write_bytes(b"[]\n[]\n")
    mapped = map_file(answer, tool, tmp_path / "scratch", f"{export}-2026-03-01.ndjson", pulled_as=export)
    assert {mapped.counts(kind.kind.name) for kind in mapped.unit.kinds} == {(0, 0, 0, 0)}
    assert mapped.unit.export == export


# ------------------------------------------------------------------------------------------------------------- Moodle


def moodle(asked: Asked) -> Answer:
    """As webservice/rest/server.php answers: what went wrong is a 200, too."""
    form = asked.form
    assert (asked.method, asked.path) == ("POST", "/webservice/rest/server.php"), "the token is in no address"
    if form["wstoken"] != SECRET:
        return answering(
            {"exception": "core\\exception\\moodle_exception", "errorcode": "invalidtoken", "message": "x"}
        )
    assert form["moodlewsrestformat"] == "json"
    if form["wsfunction"] == "core_course_get_courses":
        return answering(sample("moodle", "courses_api-2025-03-01.ndjson")[0])
    if form["wsfunction"] == "core_user_get_users":
        assert (form["criteria[0][key]"], form["criteria[0][value]"]) == ("email", "%")
        return answering(sample("moodle", "users_api-2025-03-01.ndjson")[0])
    name = {"core_enrol_get_enrolled_users": "participants", "gradereport_user_get_grade_items": "grades"}
    lines = sample("moodle", f"{name[form['wsfunction']]}_api-2025-03-01.ndjson")
    known = {line["for"]["course_id"]: line["page"] for line in lines}
    return answering(known.get(form["courseid"], {"exception": "dml", "errorcode": "invalidrecord"}))


def test_moodle_tells_its_courses_users_and_grades(serve: Serve, tmp_path: Path) -> None:
    server = serve(moodle)
    courses = landed("moodle", "courses_api", server, tmp_path)
    assert dict(zip(courses.column("activities", "activity_id"), courses.column("activities", "title"), strict=True)) == {
        "course:12": "Working safely & well", "shortname:safety-101": "Working safely & well",
        "course:14": "Führen lernen", "shortname:f_hren_1": "Führen lernen",
    }  # fmt: skip
    users = landed("moodle", "users_api", server, tmp_path)
    assert users.column("accounts", "employee_token")[1:] == [
        token_of("employee_number", number) for number in ("001007", "001010")
    ]
    assert users.column("accounts", "account_status") == ["active", "active", "suspended"]
    grades = landed("moodle", "grades_api", server, tmp_path)
    assert [(row["activity_id"], row["instrument_id"], row["score"], row["score_max"]) for row in grades.rows("assessments")] == [
        ("course:12", "grade_item:41", 8.5, 10.0), ("course:12", "grade_item:40", 8.5, 10.0)
    ]  # fmt: skip
    accessed = landed("moodle", "participants_api", server, tmp_path)
    assert {asked.form["courseid"] for asked in server.requests if "courseid" in asked.form} == {"12", "14"}
    assert accessed.column("learning_events", "activity_id") == ["course:12"]


def test_moodle_says_in_a_200_that_a_token_is_wrong(
    serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = serve(moodle)
    with pytest.raises(SettingsError, match=r"\(invalidtoken\)\. The token isn't known: make one") as raised:
        landed("moodle", "courses_api", server, tmp_path, ["another-canary"])
    assert len(server.requests) == 1
    assert "canary" not in f"{raised.value!r} {caplog.text}"


# ------------------------------------------------------------------------------------------------------------- Canvas


def canvas(asked: Asked) -> Answer:
    """As the REST API pages: links in a header, and a 403 where the quota is used up."""
    assert asked.headers["authorization"] == f"Bearer {SECRET}"
    page = int(asked.query.get("page", "1"))
    links = ['<https://{host}/x>; rel="current"']
    if page < len(CANVAS_USERS):
        links.append('<http://{host}{path}?page={next}&per_page=100>; rel="next"')
    link = ",".join(links).format(host=asked.headers["host"], path=asked.resource, next=page + 1)
    return answering(CANVAS_USERS[page - 1 : page], Link=link)


CANVAS_USERS = [
    {"id": 1207, "name": "Sanne de Wit", "sortable_name": "de Wit, Sanne", "short_name": "Sanne", "sis_user_id": "001207",
     "integration_id": None, "sis_import_id": 4, "login_id": "sanne.dewit", "email": "sanne.dewit@example.org"},
    {"id": 1211, "name": "Ola Nord", "sortable_name": "Nord, Ola", "short_name": "Ola", "sis_user_id": None,
     "login_id": "ola.nord@example.org", "email": None},
    {"id": 1215, "name": "Róisín O'Neill", "sortable_name": "O'Neill, Róisín", "login_id": "roisin"},
]  # fmt: skip


def test_canvas_leads_on_by_a_header_and_says_in_a_403_that_it_is_busy(serve: Serve, tmp_path: Path) -> None:
    busy = Answer(b"403 Forbidden (Rate Limit Exceeded)\n", status=403, headers={"X-Rate-Limit-Remaining": "0.0"})
    server = serve(first(busy, then=canvas))
    users = landed("canvas", "users_table", server, tmp_path, values={"account": 1})
    assert users.column("accounts", "employee_token") == [token_of("employee_number", "001207"), None, None]
    assert len(server.requests) == 1 + 3
    assert server.paths[0] == "/api/v1/accounts/1/users?include%5B%5D=email&per_page=100"


def test_canvas_without_the_permission_is_no_busy_canvas(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda _: Answer(status=403, headers={"X-Rate-Limit-Remaining": "699.5"}))
    with pytest.raises(SettingsError, match="THROUGHLINE_CANVAS_TOKEN, and the right to read"):
        landed("canvas", "users_table", server, tmp_path, values={"account": 1})
    assert len(server.requests) == 1


def test_canvas_is_asked_for_what_was_graded_on_a_day_in_each_course(serve: Serve, tmp_path: Path) -> None:
    submissions = sample("canvas", "submissions_api.json")[0]

    def script(asked: Asked) -> Answer:
        if asked.resource.endswith("/submissions"):
            assert asked.query["graded_since"] == "2026-02-28T23:00:00Z"
            return answering(submissions if asked.resource == "/api/v1/courses/7/students/submissions" else [])
        return answering([{"id": 7, "name": "One", "course_code": "A"}, {"id": 8, "name": "Two", "course_code": "B"}])

    whole = map_file(SAMPLES / "canvas" / "submissions_api.json", "canvas", tmp_path / "whole")
    found = landed("canvas", "submissions_table", serve(script), tmp_path, values={"account": "self"})
    assert found.counts("assessments") == whole.counts("assessments")


# ------------------------------------------------------------------------------------------------------------- Docebo


def docebo(asked: Asked) -> Answer:
    """As the API pages: by number, with a word about whether there is more."""
    if asked.resource == "/oauth2/token":
        assert asked.form["scope"] == "api"
        return answering({"access_token": "t0ken", "expires_in": 3600, "token_type": "Bearer", "scope": "api"})
    assert asked.query["page_size"] == "200"
    name = {"user": "users", "courses": "courses", "enrollments": "enrollments"}[asked.resource.split("/")[-1]]
    items = sample("docebo", f"{name}_api.json")[0]["data"]["items"]
    page = int(asked.query["page"])
    more = page < len(items)
    return answering(
        {"data": {"items": items[page - 1 : page], "count": 1, "has_more_data": more, "current_page": page,
                  "current_page_size": 1, "total_page_count": len(items), "total_count": len(items)}}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("export", "kind"), [("users", "accounts"), ("courses", "activities"), ("enrollments", "enrolments")]
)
def test_docebo_says_whether_there_is_more(serve: Serve, tmp_path: Path, export: str, kind: str) -> None:
    whole = map_file(SAMPLES / "docebo" / f"{export}_api.json", "docebo", tmp_path / "whole")
    server = serve(docebo)
    found = landed("docebo", export, server, tmp_path, ["client", SECRET])
    assert found.counts(kind) == whole.counts(kind)
    assert [asked.query["page"] for asked in server.requests[1:]] == [
        str(page) for page in range(1, len(sample("docebo", f"{export}_api.json")[0]["data"]["items"]) + 1)
    ]


# ------------------------------------------------------------------------------------------------ BambooHR, Personio


def test_bamboohr_writes_a_report_of_the_fields_that_it_is_asked_for(serve: Serve, tmp_path: Path) -> None:
    report = sample("bamboohr", "employees_api-2025-03-01.ndjson")[0]
    server = serve(first(Answer(status=503, headers={"Retry-After": "0"}), then=lambda _: answering(report)))
    people = landed("bamboohr", "employees_api", server, tmp_path)
    asked = server.requests[-1]
    assert (asked.method, asked.path) == ("POST", "/v1/reports/custom?format=JSON&onlyCurrent=false")
    assert asked.headers["authorization"] == "Basic " + base64.b64encode(f"{SECRET}:x".encode()).decode()
    assert "supervisorEId" in json.loads(asked.body)["fields"]
    managers = dict(zip(people.column("people", "person_token"), people.column("people", "manager_token"), strict=True))
    assert managers[token_of("employee_number", "51007")] == token_of("employee_number", "51001")
    assert managers[token_of("bamboohr:employee_id", "9")] == token_of("bamboohr:employee_id", "1")
    assert people.counts("people") == (3, 3, 0, 0)


def personio(asked: Asked) -> Answer:
    """As version 2 of the API: a token for the client's credentials, pages that name the next one."""
    if asked.resource == "/v2/auth/token":
        assert asked.form == {"grant_type": "client_credentials", "client_id": "papi-1", "client_secret": SECRET}
        return answering({"access_token": "t0ken-canary", "token_type": "Bearer", "expires_in": 86400})
    assert asked.headers["authorization"] == "Bearer t0ken-canary"
    persons = sample("personio", "persons_api-2025-03-01.ndjson")
    if asked.resource == "/v2/persons":
        page = json.dumps(persons[1 if "cursor" in asked.query else 0])
        return Answer(page.replace("https://api.personio.de", f"http://{asked.headers['host']}").encode())
    employments = sample("personio", "employments_api-2025-03-01.ndjson")
    known = {line["_meta"]["links"]["self"]["href"].split("/")[-2]: line for line in employments}
    return answering(known[asked.resource.split("/")[-2]])


def test_personio_tells_its_persons_and_the_employments_of_each(serve: Serve, tmp_path: Path) -> None:
    server = serve(personio)
    persons = landed("personio", "persons_api", server, tmp_path, ["papi-1", SECRET])
    assert persons.column("people", "employment_status") == ["active", "left", "active"]
    jobs = landed("personio", "employments_api", server, tmp_path, ["papi-1", SECRET])
    assert jobs.column("job_assignments", "manager_token") == [token_of("personio:employee_id", "5000")] * 2
    asked = [asked.resource for asked in server.requests if "employments" in asked.resource]
    assert asked == [f"/v2/persons/{person}/employments" for person in (5005, 5006, 5000)]
    assert sum("token" in path for path in server.paths) == 2, "one token a pull"


def test_personio_leads_nowhere_but_to_itself(serve: Serve, tmp_path: Path) -> None:
    page = sample("personio", "persons_api-2025-03-01.ndjson")[0]

    def script(asked: Asked) -> Answer:
        return personio(asked) if "token" in asked.resource else answering(page)

    with pytest.raises(SettingsError, match=r"names https://api\.personio\.de for its next page"):
        landed("personio", "persons_api", serve(script), tmp_path, ["papi-1", SECRET])
