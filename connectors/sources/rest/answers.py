"""What an answer means: a document with records, a reason to ask again, or something to mend.

Nothing of a body is told but the names of its members and a code that is one plain word: it may hold what was sent,
or who somebody is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.declaration.json_paths import EVERY, json_path, records_path
from connectors.declaration.pulling import Rest
from connectors.errors import SettingsError, Transient, TryLater
from connectors.sources.http.answers import Answer, busy

_WORD = re.compile(r"[A-Za-z][\w.:/-]{0,59}")


class Gone(Exception):
    """What was asked about is there no more; the message is the status or the code that says so."""


@dataclass(frozen=True)
class Meaning:
    """How the answers of one question are understood; ``who`` asks what, as errors name it."""

    who: str
    rest: Rest
    secrets: Sequence[str]
    gone: Sequence[str] = ()

    def of(self, answer: Answer) -> Answer:
        """The answer itself, if it is one."""
        if str(answer.status) in self.gone:
            raise Gone(str(answer.status))
        if not answer.is_success:
            raise self._refusal(answer)
        return answer

    def document(self, answer: Answer) -> tuple[Answer, Any]:
        """An answer and its document. Raises Transient for what is none, SettingsError for an error in it."""
        if self.of(answer).status == 204:
            return answer, []
        try:
            document = json.loads(answer.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise Transient(
                f"{self.who} answers {answer.status} ({answer.media_type}), but not with whole JSON. Nothing was kept."
            ) from None
        self._refuse_an_error(document)
        return answer, document

    def _refusal(self, answer: Answer) -> Exception:
        status, remaining = answer.status, self.rest.limits.remaining
        if status == 403 and remaining and _is_nothing(answer.headers.get(remaining)):
            return busy(self.who, status, answer.headers)
        if status in (401, 403):
            named = " and ".join(self.secrets) or "that the endpoint is open to you"
            return SettingsError(
                f"{self.who} answers {status}: check {named}, and the right to read. {self.rest.needs}"
            )
        if answer.is_redirect:
            return SettingsError(
                f"{self.who} answers {status}, a redirect, which is not followed: use its target as the endpoint in "
                "settings.yml."
            )
        return SettingsError(
            f"{self.who} answers {status}, 200 was expected: check the endpoint in settings.yml, whose form is "
            f"{self.rest.endpoint}, and `path` and `parameters` of the pull in the connector's file."
        )

    def _refuse_an_error(self, document: Any) -> None:
        errors = self.rest.errors
        is_error = any(at(document, path) for path in errors.at)
        is_error = is_error or (errors.unless is not None and at(document, errors.unless) is False)
        if not is_error:
            return
        code = at(document, errors.code) if errors.code else None
        word = code if isinstance(code, str) and _WORD.fullmatch(code) else None
        if word in self.gone:
            raise Gone(str(word))
        told = f"{self.who} answers 200 with an error{f' ({word})' if word else ''}"
        if word in errors.busy:
            raise TryLater(f"{told}.")
        raise SettingsError(f"{told}. {errors.means.get(word or '', self.rest.needs)}")


def at(document: Any, path: str) -> Any:
    """What stands at a place of a document; None where nothing does."""
    for step in json_path(path).steps:
        if isinstance(document, Mapping):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def records(document: Any, paths: Sequence[str]) -> list[Any] | None:
    """The records of a document, at the first of the places that is there; None where none is."""
    if not paths:
        return document if isinstance(document, list) else [document]
    for path in paths:
        found = list(_led(document, records_path(path)))
        if found:
            return [record for each in found for record in (each if isinstance(each, list) else [each])]
    return None


def _led(document: Any, steps: Sequence[str]) -> Iterator[Any]:
    """What stands at the end of the steps; lists on the way are walked, and one that is empty is an end."""
    if not steps:
        yield document
    elif isinstance(document, list):
        if not document:
            yield []
        for each in document:
            yield from _led(each, steps)
    elif isinstance(document, Mapping):
        members = document.values() if steps[0] == EVERY else [document[s] for s in steps[:1] if s in document]
        for each in members:
            yield from _led(each, steps[1:])


def told_members(document: Any) -> str:
    """The names at the top of a document, for whoever looks for its records."""
    if not isinstance(document, Mapping):
        return "a list" if isinstance(document, list) else "a single value"
    return ", ".join(name for name in map(str, document) if _WORD.fullmatch(name)) or "nothing with a plain name"


def _is_nothing(text: str | None) -> bool:
    try:
        return text is not None and float(text) <= 0
    except ValueError:
        return False
