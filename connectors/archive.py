"""The archive: every original as it was received, stored under the hash of its content.

    inbox/<tool>/…  --intake-->  restricted/archive/objects/ab/<sha256>
                                 restricted/archive/units/<tool>/<unit>.json   (name, dates, hash)

An original leaves the inbox only when it is on disk in the archive: the inbox is clear text outside the restricted
zone, so nothing stays there. A file that is reached through a link is left alone; it is not ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import IO

from connectors.errors import Transient
from connectors.files import is_passed_over, replace_all_durably
from connectors.home import Home
from connectors.seam import Original

_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_CHUNK = 1 << 22
_LARGE = 1 << 24
"""Bytes from which a file is worth another name in the archive instead of a copy."""
_SETTLED_SECONDS = 20
"""A file that changed more recently may still have a writer."""
_MOST_TOGETHER = 64
_MOST_BYTES_TOGETHER = 1 << 28
"""Files that are taken in at once, and bytes beyond which no further one is: so much lies on the disk twice."""


def waiting(home: Home, tool: str) -> list[Path]:
    """Files that wait in a tool's inbox, in order of name; hidden and unfinished ones are passed over."""
    folder = home.inbox / tool
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not is_passed_over(path.relative_to(folder))]


def take_in(home: Home, tool: str) -> list[Original]:
    """Archive what waits in the tool's inbox and empty it; returns the originals, known ones too.

    Raises Transient at the end where a file is still being written; the others are taken in.
    """
    taken = [original for some in _together(waiting(home, tool)) for original in _take_in(home, tool, some)]
    if None in taken:
        raise Transient(f"A file in the inbox of {tool} is still being written. It stays there for the next run.")
    return [original for original in taken if original is not None]


def _together(paths: list[Path]) -> Iterator[list[Path]]:
    """Files that are taken in at once, because the disk is quicker with many than with one after the other."""
    some: list[Path] = []
    size = 0
    for path in paths:
        some.append(path)
        size += path.stat().st_size
        if len(some) == _MOST_TOGETHER or size > _MOST_BYTES_TOGETHER:
            yield some
            some, size = [], 0
    if some:
        yield some


def _take_in(home: Home, tool: str, paths: list[Path]) -> list[Original | None]:
    """Archive some files and take them out of the inbox; None for one that is still being written."""
    copies = {path: _copied(home, path, may_link=_is_ours(home, path)) for path in paths}
    replace_all_durably({copy.aside: _object(home, copy.content) for copy in copies.values() if copy})
    register = _Register(home, tool)
    originals = [
        register.original(path.relative_to(home.inbox / tool).as_posix(), copy.content, copy.modified) if copy else None
        for path, copy in copies.items()
    ]
    register.close()
    for path, copy in copies.items():
        if copy and _is_ours(home, path):
            path.unlink()
    return originals


def add_window(
    home: Home,
    tool: str,
    window: str,
    pulled: Path,
    extracted_at: datetime,
    *,
    source_file: str = "",
    pulled_as: str | None = None,
) -> Original:
    """Archive the bytes of one pull window; pulling it again replaces what the window means.

    ``source_file`` is the name that the bytes go by, for the patterns of a declaration and for the export series;
    ``pulled_as`` is the export that was asked for, so that what came needs no recognition.
    """
    copy = _copied(home, pulled)
    if copy is None:
        raise Transient(f"The window {window} of {tool} is still being pulled.")
    replace_all_durably({copy.aside: _object(home, copy.content)})
    register = _Register(home, tool)
    name = source_file or f"{window}.ndjson"
    original = register.original(name, copy.content, extracted_at, unit=window, pulled_as=pulled_as)
    register.close()
    return original


def window(home: Home, tool: str, window: str) -> Original | None:
    """What a pull window means now; None if it was never pulled."""
    path = _cards(home, tool) / f"{window}.json"
    return _original(home, tool, json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def originals(home: Home, tool: str) -> Iterator[Original]:
    """Every archived original of a tool, oldest extraction first, so that replay meets them as history did."""
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in _cards(home, tool).glob("*.json")]
    for card in sorted(cards, key=lambda card: (card["extracted_at"], card["source_file"], card["unit"])):
        yield _original(home, tool, card)


def tools(home: Home) -> set[str]:
    """Tools that have originals in the archive."""
    folder = home.archive / "units"
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.exists() else set()


@dataclass(frozen=True)
class _Copy:
    """A copy on its way into the archive: the SHA-256 of its bytes, and when the file was last written (UTC)."""

    aside: Path
    content: str
    modified: datetime


def _copied(home: Home, path: Path, *, may_link: bool = False) -> _Copy | None:
    """A file aside, in the restricted zone, as a copy or under a second name; None if it changed meanwhile."""
    aside = home.archive / "incoming" / secrets.token_hex(8)
    aside.parent.mkdir(parents=True, exist_ok=True)
    before = path.stat()
    if may_link and _is_left_to_us(before, aside.parent):
        os.link(path, aside)
        with aside.open("rb") as source:
            content = hashlib.file_digest(source, "sha256").hexdigest()
    else:
        with path.open("rb") as source, aside.open("wb") as target:
            content = _copy(source, target)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        aside.unlink()
        return None
    return _Copy(aside, content, datetime.fromtimestamp(after.st_mtime, UTC).replace(tzinfo=None, microsecond=0))


def _is_left_to_us(found: os.stat_result, folder: Path) -> bool:
    """A large file that nobody else has a name for, owns, or has written to lately need not be copied to be kept."""
    return (
        found.st_size >= _LARGE
        and found.st_nlink == 1
        and found.st_uid == os.geteuid()
        and found.st_dev == folder.stat().st_dev
        and time() - found.st_mtime > _SETTLED_SECONDS
    )


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy and hash in one pass. Of a large file, a block is hashed by another thread while it is written."""
    digest = hashlib.sha256()
    block = source.read(_CHUNK)
    if len(block) < _CHUNK:
        target.write(block)
        digest.update(block)
        return digest.hexdigest()
    with ThreadPoolExecutor(1, thread_name_prefix="hash") as other:
        while block:
            hashed = other.submit(digest.update, block)
            target.write(block)
            block = source.read(_CHUNK)
            hashed.result()
    return digest.hexdigest()


class _Register:
    """The cards of a tool's units; new ones are on disk after :meth:`close`."""

    def __init__(self, home: Home, tool: str) -> None:
        self._home = home
        self._tool = tool
        self._new: dict[Path, dict[str, str]] = {}

    def original(
        self, name: str, content: str, modified: datetime, *, unit: str | None = None, pulled_as: str | None = None
    ) -> Original:
        """The original with this name and content: a new one, or the one that has been the same unit before."""
        dated = None if unit else date_in_name(name)  # a window ends when it ends, whatever day it is named for
        # The same bytes under a later date are news (a snapshot that went back to what it was), so the date that a
        # name carries is part of the unit; the same bytes under another undated name are the same unit.
        unit = unit or hashlib.sha256(f"{content}|{dated or ''}".encode()).hexdigest()[:32]
        path = _cards(self._home, self._tool) / f"{unit}.json"
        card = self._new.get(path) or (json.loads(path.read_text(encoding="utf-8")) if path.exists() else None)
        if card is None or card["content"] != content:
            extracted_at = (dated or modified).isoformat()
            card = {"unit": unit, "content": content, "source_file": name, "extracted_at": extracted_at}
            card |= {"pulled_as": pulled_as} if pulled_as else {}
            self._new[path] = card
        return _original(self._home, self._tool, card)

    def close(self) -> None:
        asides = {path.with_suffix(".aside"): path for path in self._new}
        for aside, path in asides.items():
            aside.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(self._new[path]), encoding="utf-8")
        replace_all_durably(asides)


def _original(home: Home, tool: str, card: dict[str, str]) -> Original:
    extracted_at = datetime.fromisoformat(card["extracted_at"])
    path = _object(home, card["content"])
    return Original(tool, card["unit"], path, card["source_file"], extracted_at, card.get("pulled_as"))


def date_in_name(name: str) -> datetime | None:
    """The last date (2025-05-31, 20250531, 2025_05_31) that a file's name or its folders carry, at midnight UTC."""
    found = _DATE_IN_NAME.findall(name)
    try:
        return datetime.strptime("-".join(found[-1]), "%Y-%m-%d") if found else None
    except ValueError:
        return None


def _is_ours(home: Home, path: Path) -> bool:
    """The file itself lies in the inbox: neither it nor a folder above it is a link to somewhere else."""
    return path.resolve() == home.inbox.resolve() / path.relative_to(home.inbox)


def _object(home: Home, content: str) -> Path:
    return home.archive / "objects" / content[:2] / content


def _cards(home: Home, tool: str) -> Path:
    return home.archive / "units" / tool
