"""What an LRS's answer means: a page, or something to mend in the settings."""

from __future__ import annotations

import io
import re

import msgspec

from connectors.errors import OriginalRefused, SettingsError, Transient
from connectors.sources.http.answers import Answer
from connectors.xapi.files import records

_MARK = b"\xef\xbb\xbf"
"""A byte order mark, which no reader has to mind (RFC 8259, 8.1)."""

_BOUNDARY = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)


class BadRequest(Exception):
    """400: among others, the answer to a version that the server doesn't speak."""


class Page(msgspec.Struct):
    """A page of statements, each as the bytes that were sent. ``more`` is the link to the next one."""

    statements: list[msgspec.Raw]
    more: str | None = None


def page(answer: Answer) -> Page:
    """The page that an answer holds, whatever its media type claims."""
    if answer.status != 200:
        raise _meaning(answer)
    try:
        return _decoded(_statements_of(answer).removeprefix(_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OriginalRefused):
        raise Transient(
            f"The LRS answers 200 ({answer.media_type}), but not with a whole page of statements. Nothing of the "
            "window was kept."
        ) from None


def _statements_of(answer: Answer) -> bytes:
    """The JSON of an answer: all of it, or where attachments come although none are asked for, its first part (1.0.3,
    Communication 1.5.2).
    """
    boundary = _BOUNDARY.search(answer.headers.get("Content-Type", ""))
    if not answer.media_type.lower().startswith("multipart/") or boundary is None:
        return answer.body
    dashes = b"--" + boundary[1].strip().encode()
    head = re.search(re.escape(dashes) + rb"\s*?\n(?:[^\r\n]+\r?\n)*+\r?\n", answer.body)
    return answer.body[head.end() :].partition(b"\n" + dashes)[0] if head else answer.body


def _decoded(body: bytes) -> Page:
    try:
        return msgspec.json.decode(body, type=Page)
    except RecursionError:
        # One statement that is nested too deeply must not keep a day from being pulled; reading rejects it.
        return _cut(body)


def _cut(body: bytes) -> Page:
    """A page whose statements are found by their brackets; what stands around them is decoded without them."""
    raws = [raw for _, raw, _ in records(io.BytesIO(body))] or [body]
    begin, end = body.find(raws[0]), body.rfind(raws[-1]) + len(raws[-1])
    around = msgspec.json.decode(body[:begin] + body[end:], type=Page)
    return Page([msgspec.Raw(raw) for raw in raws], around.more)


def _meaning(answer: Answer) -> Exception:
    """What to raise for an answer that is not 200."""
    status = answer.status
    if status == 400:
        return BadRequest()
    if status in (401, 403):
        return SettingsError(f"The LRS answers {status}: check the credentials and their right to read statements.")
    if status in (408, 413, 425):
        too_much = " If it does so again, it is asked for too much at a time: set `limit` beside the endpoint."
        return Transient(f"The LRS answers {status}.{too_much if status == 413 else ''}")
    if answer.is_redirect:
        return SettingsError(
            f"The LRS answers {status}, a redirect, which is not followed: use its target as the endpoint."
        )
    return SettingsError(
        f"The LRS answers {status}: check that the endpoint is the xAPI base address, without `statements`."
    )
