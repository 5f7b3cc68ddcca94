"""How an answer leads to the next one, and when it doesn't."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from connectors.declaration.pulling import Pages
from connectors.errors import SettingsError, Transient
from connectors.sources.http.addresses import is_elsewhere
from connectors.sources.http.answers import Answer
from connectors.sources.http.track import Track
from connectors.sources.rest.answers import at
from connectors.sources.rest.requests import Request

_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*\w+\s*=\s*(?:"[^"]*"|[^\s;,"]+))*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)


@dataclass
class Progress:
    """How far a question has come: pages and records so far, and how many records there are in all, where told."""

    pages: int = 0
    records: int = 0
    total: int | None = None


class Paging:
    """The way from page to page of one question. Raises Transient for a circle, SettingsError for another host."""

    def __init__(self, who: str, pages: Pages | None, first: Request) -> None:
        self._who, self._pages = who, pages
        self.progress = Progress()
        self.first = self._begun(first)
        self._track = Track(who, self.first.mark)
        self._sent: set[bytes] = set()

    def _begun(self, request: Request) -> Request:
        pages = self._pages
        if pages is None:
            return request
        if pages.size_parameter and pages.size:
            request = request.with_parameters(**{pages.size_parameter: pages.size})
        if pages.by in ("number", "offset") and pages.parameter:
            request = request.with_parameters(**{pages.parameter: self._count})
        return request

    @property
    def _count(self) -> int:
        """The number of the page that is asked for, or of its first record."""
        assert self._pages is not None
        if self._pages.by == "offset":
            return (self._pages.first or 0) + self.progress.records
        return (1 if self._pages.first is None else self._pages.first) + self.progress.pages

    def next(self, request: Request, answer: Answer, document: Any, found: list[Any]) -> Request | None:
        """The next question; None at the end. ``found`` are the records of the answer."""
        if self._pages is None:
            return None
        self.progress.pages += 1
        self.progress.records += len(found)
        self._note_total(at(document, self._pages.total) if self._pages.total else None)
        if self._is_told_to_end(self._pages, document):
            return None
        following = self._following(self._pages, request, answer, document, found)
        if following is not None:
            content = json.dumps(found).encode() if found else b""
            self._refuse_what_is_not_counted(self._pages, content)
            self._track.goes_on(following.mark, [content])
        return following

    def _note_total(self, total: Any) -> None:
        """A list that shrinks moves up, and what moved from one page to the page before was never sent."""
        if not isinstance(total, int):
            return
        before = self.progress.total
        if before is not None and total < before:
            raise Transient(
                f"{self._who} tells of {before} records and then of {total}: they moved while they were read, and some "
                "may be missing. Nothing was kept."
            )
        self.progress.total = total

    def _refuse_what_is_not_counted(self, pages: Pages, content: bytes) -> None:
        """Where we count pages ourselves, one that holds what was read before says that the server doesn't count."""
        if pages.by not in ("number", "offset") or not content:
            return
        mark = hashlib.blake2b(content, digest_size=16).digest()
        if mark in self._sent:
            raise Transient(
                f"{self._who} leads in a circle: it sends the same page again when asked for another {pages.parameter}."
            )
        self._sent.add(mark)

    def _is_told_to_end(self, pages: Pages, document: Any) -> bool:
        if pages.more and at(document, pages.more) is False:
            return True
        last = at(document, pages.last) if pages.last else None
        if isinstance(last, int) and self.progress.pages >= last:
            return True
        return self.progress.total is not None and self.progress.records >= self.progress.total

    def _is_told_to_go_on(self, pages: Pages, document: Any) -> bool:
        """A page without records is the end of counted pages, unless the answer knows of more."""
        last = at(document, pages.last) if pages.last else None
        is_more = pages.more is not None and at(document, pages.more) is True
        return is_more or (isinstance(last, int) and self.progress.pages < last)

    def _following(
        self, pages: Pages, request: Request, answer: Answer, document: Any, found: list[Any]
    ) -> Request | None:
        if pages.by in ("number", "offset"):
            if not found and not self._is_told_to_go_on(pages, document):
                return None
            return request.with_parameters(**{str(pages.parameter): self._count})
        address = linked(answer.headers.get("Link", "")) if pages.by == "link" else at(document, str(pages.at))
        if address in (None, "", False):
            return None
        if pages.by == "cursor":
            return request.with_parameters(**{str(pages.parameter): address})
        return request.at(self._same_host(request.address, str(address)))

    def _same_host(self, here: str, named: str) -> str:
        """The address of the next page. Relative or absolute, but on the same host, scheme and port."""
        try:
            address = urljoin(here, named)
            is_another = is_elsewhere(address, here)
        except ValueError:
            raise Transient(f"{self._who} names something for its next page that is no address.") from None
        if is_another:
            there = urlsplit(address)
            raise SettingsError(
                f"{self._who} names {there.scheme}://{there.hostname} for its next page; secrets are not sent to "
                "another host. Check how the server is told its own address, or use that one as the endpoint."
            )
        return address

    def check_total(self) -> None:
        """Raises Transient where fewer records came than there are: they moved while they were read."""
        total, came = self.progress.total, self.progress.records
        if total is not None and came < total:
            raise Transient(
                f"{self._who} tells of {total} records and sends {came}. They may have changed while they were read. "
                "Nothing was kept."
            )


def linked(header: str) -> str | None:
    """The address of the relation `next` in a Link header (RFC 8288)."""
    for target, parameters in _LINK.findall(header):
        for quoted, plain in _REL.findall(parameters):
            if "next" in (quoted or plain).lower().split():
                return str(target)
    return None
