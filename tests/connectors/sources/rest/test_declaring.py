"""A pull that can't be is a mistake in a file, told with its line when the file is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.declaration.editor_schema import editor_schema
from connectors.errors import SettingsError
from connectors.sources.rest import explaining
from tests.connectors.sources.rest.small_api import acme


@pytest.mark.parametrize(
    ("pull", "told"),
    [
        ("{path: people}", "exports.people.pull: `path` begins with /"),
        ("{pth: /people}", "unknown key 'pth'; allowed: path, method.*did you mean 'path'"),
        ("{path: /people, method: PUT}", "unknown value 'PUT'"),
        ("{path: /people, send: json}", "use `method: POST`"),
        ("{path: '/{account}/people'}", "unknown name in braces 'account'"),
        ("{path: /people, parameters: {changed: '{since}'}}", "a `window` and the parameter"),
        ("{path: /people, window: {}}", "a `window` and the parameter"),
        ("{path: /people, parameters: {a: '{since}'}, window: {}}", "what changed in a day is no snapshot"),
        ("{path: /people, parameters: {a: '{since}'}, window: {format: ISO}}", "'ISO' is no format of moments"),
        ("{path: /people, pages: {by: cursor, at: next}}", "pages by cursor need `at` and `parameter`"),
        ("{path: /people, pages: {by: link, at: next}}", "pages by link need neither"),
        ("{path: /people, pages: {by: page}}", "unknown value 'page'"),
        ("{path: /people, pages: {by: link, size: 5}}", "`size` and `size_parameter` belong together"),
        ("{path: /people, pages: {by: next, at: 'a..b'}}", "is no path"),
        ("{path: /people, each: {of: peeple, values: {id: id}}}", "unknown pull .* 'peeple'"),
        ("{path: /people, each: {of: peeple, values: {id: id}, skip: {no: '1'}}}", "unknown value to skip 'no'"),
    ],
)
def test_a_mistake_is_told_with_line_and_place(tmp_path: Path, pull: str, told: str) -> None:
    with pytest.raises(SettingsError, match=rf"(?s)acme\.yaml, line \d+: .*{told}"):
        acme(tmp_path, pull)


@pytest.mark.parametrize(
    ("authorization", "told"),
    [
        ("{kind: header}", "`name` says which header or parameter"),
        ("{kind: bearer, name: X}", "`name` says which header or parameter"),
        ("{kind: header, name: 'X: Y'}", "is no name of a header"),
        ("{kind: oauth}", "unknown value 'oauth'"),
    ],
)
def test_an_authorization_that_can_not_be_is_told(tmp_path: Path, authorization: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        acme(tmp_path, authorization=authorization)


def test_what_a_pull_needs_is_said_in_sentences(tmp_path: Path) -> None:
    declaration = acme(
        tmp_path,
        "{path: '/{account}/people', pages: {by: link}}",
        authorization="{kind: client_credentials}",
        rest="limits: {per_minute: 90}\n  settings: {account: the number of the account}",
    )
    told = "\n".join(explaining.needs(declaration))
    for words in (
        "endpoint: https://<site>.acme.example", "tools.acme.rest.values.account: the number of the account",
        "THROUGHLINE_ACME_CLIENT_ID, THROUGHLINE_ACME_CLIENT_SECRET", "tools.acme.rest.token_url",
        "rights: An administrator makes the key", "90 requests a minute", "can be pulled: people",
    ):  # fmt: skip
        assert words in told
    pull = declaration.exports["people"].pull
    assert pull is not None
    assert explaining.told(pull) == (
        "GET /{account}/people; pages by the header Link; every night, as a whole; draft: not confirmed by documentation"
    )


def test_editors_know_the_words_of_a_pull() -> None:
    text = str(editor_schema())
    assert "client_credentials" in text
    assert "overlap_minutes" in text
