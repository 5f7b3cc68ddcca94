"""A pull reads every page once and nothing else, and leaves a file that is whole or none at all."""

from __future__ import annotations

import json
import logging
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SettingsError, Transient, TryLater
from connectors.sources.http.pace import Pace
from connectors.sources.rest.paging import linked
from tests.connectors.mapped import map_file
from tests.connectors.sources.rest.small_api import (
    WINDOW,
    Serve,
    acme,
    documents,
    numbers,
    paged,
    people,
    pulled,
)
from tests.scripted_server import Answer, Asked, answering, first

BY_NUMBER = "{path: /people, pages: {by: number, parameter: page}}"
HTML = Answer(b"<!doctype html><title>Log in canary</title>", headers={"Content-Type": "text/html; charset=utf-8"})


# ------------------------------------------------------------------------------------------------------------- pages


def test_one_answer_is_one_line_to_the_byte(serve: Serve, tmp_path: Path) -> None:
    body = b'\xef\xbb\xbf{"items":\r\n [{"id": "\\u0030001", "hired": 1.0e0, "id": 7}]}\n'
    found = pulled(acme(tmp_path), serve(lambda _: Answer(body)), tmp_path)
    assert found.path.read_bytes() == b'{"items":   [{"id": "\\u0030001", "hired": 1.0e0, "id": 7}]}\n'
    assert (found.answers, found.records) == (1, 1)


def test_numbered_pages_end_with_an_empty_one_and_not_with_a_short_one(serve: Serve, tmp_path: Path) -> None:
    server = serve(paged([people(1, 2), people(3), people(4, 5)]))
    assert numbers(pulled(acme(tmp_path, BY_NUMBER), server, tmp_path)) == [1, 2, 3, 4, 5]
    assert [asked.query["page"] for asked in server.requests] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("end", "members", "requests"),
    [
        ("last: meta.pages", {"meta": {"pages": 2}}, 2),
        ("total: count", {"count": 3}, 2),
        ("more: more", {"more": False}, 1),
    ],
)
def test_what_an_answer_says_of_the_end_is_believed(
    serve: Serve, tmp_path: Path, end: str, members: dict[str, Any], requests: int
) -> None:
    declaration = acme(tmp_path, f"{{path: /people, pages: {{by: number, parameter: page, {end}}}}}")
    server = serve(paged([people(1, 2), people(3)], **members))
    pulled(declaration, server, tmp_path)
    assert len(server.requests) == requests


def test_pages_may_be_counted_from_nought(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, "{path: /people, pages: {by: number, parameter: p, first: 0, last: pages}}")
    server = serve(lambda asked: answering({"items": people(int(asked.query["p"]) + 1), "pages": 2}))
    assert numbers(pulled(declaration, server, tmp_path)) == [1, 2]


def test_an_offset_counts_what_came_and_not_what_was_asked_for(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(
        tmp_path,
        "{path: /people, pages: {by: offset, parameter: start, size: 100, size_parameter: limit, total: total}}",
    )

    def script(asked: Asked) -> Answer:
        start = int(asked.query["start"])
        return answering({"items": people(*range(start + 1, min(start + 3, 6))), "total": 5})

    server = serve(script)
    assert numbers(pulled(declaration, server, tmp_path)) == [1, 2, 3, 4, 5], "the server gives two at most"
    assert {asked.query["limit"] for asked in server.requests} == {"100"}


def test_a_cursor_goes_back_as_it_came(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, "{path: /people, pages: {by: cursor, parameter: after, at: meta.next}}")
    following = {"": "a+b/c=&d", "a+b/c=&d": 17, "17": None}

    def script(asked: Asked) -> Answer:
        after = asked.query.get("after", "")
        return answering({"items": people(len(after) + 1), "meta": {"next": following[after]}})

    assert numbers(pulled(declaration, serve(script), tmp_path)) == [1, 9, 3]


@pytest.mark.parametrize(
    "link", ["<{host}/people?page=2>; rel=next", '</people?page=2>; title="a, b"; rel="last next"']
)
def test_a_link_in_the_header_leads_on(serve: Serve, tmp_path: Path, link: str) -> None:
    declaration = acme(tmp_path, "{path: /people, parameters: {page: 1}, pages: {by: link}}")

    def script(asked: Asked) -> Answer:
        number = int(asked.query["page"])
        named = link.format(host=f"http://{asked.headers['host']}")
        header = f'<https://elsewhere.example/>; rel="first", {named}' if number == 1 else ""
        return answering({"items": people(number)}, Link=header)

    server = serve(script)
    assert numbers(pulled(declaration, server, tmp_path)) == [1, 2]
    assert server.paths == ["/people?page=1", "/people?page=2"]


def test_a_link_header_is_read_as_the_standard_writes_it() -> None:
    assert linked('<a?b=1,2;3>; rel="prev", <c>;rel=NEXT') == "c"
    assert linked('<a>; title="rel=next"; rel="last"') is None
    assert linked("") is None


def test_an_address_in_the_body_leads_on(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, "{path: /people, parameters: {page: 1, sort: id}, pages: {by: next, at: next.href}}")
    server = serve(
        lambda asked: answering(
            {
                "items": people(int(asked.query["page"])),
                "next": {"href": "?page=2"} if asked.query["page"] == "1" else {},
            }
        )
    )
    assert numbers(pulled(declaration, server, tmp_path)) == [1, 2]
    assert server.paths == ["/people?page=1&sort=id", "/people?page=2"]


@pytest.mark.parametrize("end", ["more: more", "last: pages"])
def test_an_empty_page_on_the_way_is_no_end_where_the_answer_knows_of_more(
    serve: Serve, tmp_path: Path, end: str
) -> None:
    declaration = acme(tmp_path, f"{{path: /people, pages: {{by: number, parameter: page, {end}}}}}")
    known = {1: people(1), 4: people(2)}

    def script(asked: Asked) -> Answer:
        page = int(asked.query["page"])
        return answering({"items": known.get(page, []), "more": page < 4, "pages": 4})

    assert numbers(pulled(declaration, serve(script), tmp_path)) == [1, 2]


def test_an_answer_without_content_is_an_empty_one(serve: Serve, tmp_path: Path) -> None:
    found = pulled(acme(tmp_path), serve(lambda _: Answer(status=204)), tmp_path)
    assert (found.path.read_bytes(), found.records) == (b"[]\n", 0)


def test_a_page_that_is_sent_twice_lands_once(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, "{path: /people, pages: {by: cursor, parameter: after, at: next}}")
    following = {"": "a", "a": "b", "b": None}
    server = serve(lambda asked: answering({"items": people(1, 2), "next": following[asked.query.get("after", "")]}))
    found = pulled(declaration, server, tmp_path)
    assert map_file(found.path, declaration, tmp_path / "scratch").counts("people") == (6, 2, 0, 4)


def test_an_empty_page_is_an_empty_file_and_no_trouble(serve: Serve, tmp_path: Path) -> None:
    found = pulled(acme(tmp_path, BY_NUMBER), serve(paged([])), tmp_path)
    assert (documents(found), found.records) == ([{"items": []}], 0)


def test_pages_in_any_order_hold_the_same_people(serve: Serve, tmp_path: Path) -> None:
    everybody = people(*range(1, 21))
    random.Random(5).shuffle(everybody)
    server = serve(paged([everybody[:7], everybody[7:9], everybody[9:]]))
    assert sorted(numbers(pulled(acme(tmp_path, BY_NUMBER), server, tmp_path))) == list(range(1, 21))


def test_requests_keep_the_distance_that_the_api_wants(serve: Serve, tmp_path: Path) -> None:
    slept: list[float] = []
    server = serve(paged([people(1), people(2)]))
    pace = Pace(30, clock=lambda: 0.0, sleep=slept.append)
    assert numbers(pulled(acme(tmp_path, BY_NUMBER), server, tmp_path, pace=pace)) == [1, 2]
    assert slept == [2.0, 4.0], "by a clock that stands still"


# ------------------------------------------------------------------------------------------------------------ circles


def test_a_server_that_does_not_count_pages_is_no_endless_pull(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda _: answering({"items": people(1, 2), "at": random.random()}))
    with pytest.raises(Transient, match="circle"):
        pulled(acme(tmp_path, BY_NUMBER), server, tmp_path)
    assert len(server.requests) == 2
    assert not (tmp_path / "pulled.ndjson").exists()


def test_a_link_back_is_no_endless_pull(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, "{path: /people, pages: {by: next, at: next}}")
    server = serve(lambda asked: answering({"items": people(len(asked.path)), "next": "/people?page=2"}))
    with pytest.raises(Transient, match="circle"):
        pulled(declaration, server, tmp_path)
    assert len(server.requests) == 2


@pytest.mark.parametrize("elsewhere", ["https://evil.example/people", "//evil.example/", "http://127.0.0.1:1/people"])
def test_a_next_page_on_another_host_is_refused(serve: Serve, tmp_path: Path, elsewhere: str) -> None:
    declaration = acme(tmp_path, "{path: /people, pages: {by: next, at: next}}")
    server = serve(lambda _: answering({"items": people(1), "next": elsewhere}))
    with pytest.raises(SettingsError, match="another host"):
        pulled(declaration, server, tmp_path)
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(serve: Serve, tmp_path: Path) -> None:
    other = serve(paged([people(1)]))
    server = serve(lambda _: Answer(status=302, headers={"Location": other.endpoint}))
    with pytest.raises(SettingsError, match="redirect"):
        pulled(acme(tmp_path), server, tmp_path)
    assert other.requests == []


def test_fewer_records_than_there_are_is_no_pull(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, "{path: /people, pages: {by: number, parameter: page, total: count}}")
    with pytest.raises(Transient, match="tells of 4 records and sends 3"):
        pulled(declaration, serve(paged([people(1, 2), people(3)], count=4)), tmp_path)


def test_a_list_that_shrinks_while_it_is_read_is_no_pull(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, "{path: /people, pages: {by: offset, parameter: start, total: total}}")
    pages = {"0": (people(1, 2), 5), "2": (people(4, 5), 4)}  # 1 is gone by now, and 3 has moved to the first page

    def script(asked: Asked) -> Answer:
        items, total = pages[asked.query["start"]]
        return answering({"items": items, "total": total})

    with pytest.raises(Transient, match="of 5 records and then of 4"):
        pulled(declaration, serve(script), tmp_path)


# ------------------------------------------------------------------------------------------------------------ trouble


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer(status=500), TryLater, r"The API of acme \(GET /people\) answers 500"),
        (Answer(status=429, headers={"Retry-After": "300"}), TryLater, "wait 300 seconds"),
        (
            Answer(status=401),
            SettingsError,
            r"answers 401: check THROUGHLINE_ACME_TOKEN, and the right to read\. An admin",
        ),
        (Answer(status=403), SettingsError, "answers 403"),
        (Answer(status=404), SettingsError, r"answers 404, 200 was expected: .* https://<site>\.acme\.example"),
        (HTML, Transient, r"answers 200 \(text/html\), but not with whole JSON"),
        (Answer(b'{"items": [{"id": 1}'), Transient, "whole JSON"),
        (Answer(b"\xff\xfe"), Transient, "whole JSON"),
        (Answer('{"items": []}'.encode("utf-16")), Transient, "whole JSON"),
        (Answer(b"[" * 200_000), Transient, "whole JSON"),
        (Answer(b'{"items": []}', is_cut=True), Transient, "did not answer in full"),
        (Answer(is_silent=True), Transient, "did not answer in full"),
        (answering({"message": "canary", "why so?": 1}), SettingsError, r"without records at items; found: message\."),
        (answering([{"id": 1}]), SettingsError, "found: a list"),
    ],
)
def test_trouble_leaves_no_file_and_says_what_to_do_without_the_secret(
    serve: Serve,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
    error: type[Exception],
    message: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    declaration = acme(tmp_path, "{path: /people, parameters: {email: canary@example.org}}")
    with pytest.raises(error, match=message) as raised:
        pulled(declaration, serve(lambda _: answer), tmp_path)
    assert not (tmp_path / "pulled.ndjson").exists()
    assert "canary" not in caplog.text
    assert "canary" not in f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"


@pytest.mark.parametrize(
    "answer",
    [Answer(status=500), Answer(status=429), HTML, Answer(b'{"items": ['), Answer(b'{"items": []}', is_cut=True)],
    ids=["500", "429", "html", "truncated", "cut"],
)
def test_a_page_that_fails_is_asked_for_again_and_the_pages_before_it_are_not(
    serve: Serve, tmp_path: Path, answer: Answer
) -> None:
    pages = paged([people(1), people(2)])
    troubled = first(answer, answer, then=pages)
    server = serve(lambda asked: (troubled if asked.query["page"] == "2" else pages)(asked))
    assert numbers(pulled(acme(tmp_path, BY_NUMBER), server, tmp_path)) == [1, 2]
    assert [asked.query["page"] for asked in server.requests] == ["1", "2", "2", "2", "3"]


def test_a_server_that_is_silent_for_too_long_is_given_up_on(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda _: (server.stop.wait(5), answering({"items": []}))[1])
    with pytest.raises(Transient, match="did not answer"):
        pulled(acme(tmp_path), server, tmp_path, timeout_seconds=0.05)
    assert len(server.requests) == 5


# --------------------------------------------------------------------------------------------------- errors in a 200


MOODLE_LIKE = """errors:
    at: [exception]
    code: errorcode
    means: {invalidtoken: "Make a new token."}
    busy: [maintenance]"""


@pytest.mark.parametrize(
    ("document", "error", "told"),
    [
        (
            {"exception": "x", "errorcode": "invalidtoken"},
            SettingsError,
            r"answers 200 with an error \(invalidtoken\)\. Make",
        ),
        ({"exception": "x", "errorcode": "no word: canary"}, SettingsError, r"with an error\. An administrator"),
        ({"exception": "x", "errorcode": "maintenance"}, TryLater, "maintenance"),
        ({"exception": None, "items": []}, None, ""),
    ],
)
def test_an_error_may_be_told_in_a_200(
    serve: Serve, tmp_path: Path, document: Any, error: type[Exception] | None, told: str
) -> None:
    server = serve(lambda _: answering(document))
    declaration = acme(tmp_path, rest=MOODLE_LIKE)
    if error is None:
        assert pulled(declaration, server, tmp_path).records == 0
        return
    with pytest.raises(error, match=told) as raised:
        pulled(declaration, server, tmp_path)
    assert "canary" not in str(raised.value)


def test_an_answer_may_say_that_it_is_no_success(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda _: answering({"success": False, "items": []}))
    with pytest.raises(SettingsError, match="200 with an error"):
        pulled(acme(tmp_path, rest="errors: {unless: success}"), server, tmp_path)


# ------------------------------------------------------------------------------------------------------------ windows


@pytest.mark.parametrize(
    ("window", "since", "until"),
    [
        ("{overlap_minutes: 90}", "2026-02-28T22:30:00Z", "2026-03-02T00:00:00Z"),
        ("{format: unix}", "1772323200", "1772409600"),
        ("{format: unix milliseconds}", "1772323200000", "1772409600000"),
        ('{format: "%Y-%m-%d %H:%M:%S"}', "2026-03-01 00:00:00", "2026-03-02 00:00:00"),
    ],
)
def test_a_window_is_asked_for_as_the_api_writes_moments(
    serve: Serve, tmp_path: Path, window: str, since: str, until: str
) -> None:
    declaration = acme(
        tmp_path,
        f'{{path: /people, parameters: {{changed: "{{since}}..{{until}}"}}, window: {window}}}',
        delivers="increment",
    )
    server = serve(lambda _: answering({"items": []}))
    pulled(declaration, server, tmp_path, window=WINDOW)
    assert server.requests[0].query == {"changed": f"{since}..{until}"}


# ------------------------------------------------------------------------------------------------------- per record


PER_COURSE = """
  members:
    title: members of courses
    format: json
    delivers: snapshot
    records: page.users
    columns: {number: id, course: $.for.course}
    kinds:
      people:
        columns:
          person_token: {from: number, identifier: employee_number}
          effective_date: {given: extracted_at}
          is_deleted: {constant: "false"}
    pull:
      path: /courses/{course}/users
      parameters: {account: "{account}"}
      each: {of: people, values: {course: id}, gone: [404, course_deleted]}
"""
WITH_ACCOUNT = """errors: {at: [error], code: error}
  settings: {account: the number of the account}"""


def test_each_record_of_another_pull_is_asked_about_once(serve: Serve, tmp_path: Path) -> None:
    def script(asked: Asked) -> Answer:
        if asked.resource == "/people":
            return answering({"items": [{"id": 7}, {"id": "a/../b?c"}, {"id": 7}, {"id": None}, {"id": 8}, {"id": 9}]})
        if asked.resource.startswith("/courses/8"):
            return Answer(status=404)
        if asked.resource.startswith("/courses/9"):
            return answering({"error": "course_deleted"})
        return answering({"users": people(1)})

    server = serve(script)
    declaration = acme(tmp_path, rest=WITH_ACCOUNT, more=PER_COURSE)
    found = pulled(declaration, server, tmp_path, export="members", values={"account": 3})
    assert [(line["for"]["course"], len(line["page"]["users"])) for line in documents(found)] == [
        ("7", 1),
        ("a/../b?c", 1),
    ]
    assert (found.records, found.gone) == (2, 2)
    assert [path for path in server.paths if "users" in path] == [
        "/courses/7/users?account=3", "/courses/a%2F..%2Fb%3Fc/users?account=3",
        "/courses/8/users?account=3", "/courses/9/users?account=3",
    ]  # fmt: skip


def test_nothing_to_ask_about_is_an_empty_file(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, rest=WITH_ACCOUNT, more=PER_COURSE)
    server = serve(lambda _: answering({"items": []}))
    found = pulled(declaration, server, tmp_path, export="members", values={"account": "3"})
    assert found.path.read_bytes() == b"[]\n"


# -------------------------------------------------------------------------------------------------- what else is sent


def test_parameters_go_where_they_are_declared_to_go(serve: Serve, tmp_path: Path) -> None:
    parameters = "parameters: {a: 1, b: [x, y], c: true, d: 007}"
    server = serve(lambda _: answering({"items": []}))
    for rest in ("", "method: POST, ", "method: POST, send: json, "):
        pulled(acme(tmp_path, f"{{path: '/people?v=2', {rest}{parameters}}}"), server, tmp_path)
    query, form, body = server.requests
    assert query.path == "/people?v=2&a=1&b=x&b=y&c=true&d=007"
    assert (form.path, form.body) == ("/people?v=2", b"a=1&b=x&b=y&c=true&d=007")
    assert (body.path, json.loads(body.body)) == ("/people?v=2", {"a": 1, "b": ["x", "y"], "c": True, "d": "007"})


def test_a_table_is_kept_as_it_came(serve: Serve, tmp_path: Path) -> None:
    declaration = acme(tmp_path, more=TABLE)
    body = b"\xef\xbb\xbfid;hired\r\n0001;2024-01-01\r\n"
    found = pulled(declaration, serve(lambda _: Answer(body)), tmp_path, export="report")
    assert found.path.read_bytes() == body


@pytest.mark.parametrize("answer", [HTML, answering({"error": 1}), Answer(b" \n")])
def test_an_answer_that_is_no_table_is_kept_by_nobody(
    serve: Serve, tmp_path: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Transient, match="not with a table"):
        pulled(acme(tmp_path, more=TABLE), serve(lambda _: answer), tmp_path, export="report")


TABLE = """
  report:
    title: a report
    delivers: snapshot
    columns: {number: id, since: hired}
    kinds:
      people:
        columns:
          person_token: {from: number, identifier: employee_number}
          effective_date: {from: since, formats: "%Y-%m-%d"}
          is_deleted: {constant: "false"}
    pull: {path: /report}
"""


def test_a_clock_that_jumps_moves_no_window(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declaration = acme(tmp_path, '{path: /people, parameters: {since: "{since}"}, window: {}}', delivers="increment")
    monkeypatch.setattr("time.time", lambda: datetime(1999, 1, 1, tzinfo=UTC).timestamp())
    server = serve(first(Answer(status=503), then=lambda _: answering({"items": []})))
    pulled(declaration, server, tmp_path, window=WINDOW)
    assert {asked.query["since"] for asked in server.requests} == {"2026-03-01T00:00:00Z"}
