"""The archive: every original as it was received, stored under the hash of its content.

    inbox/<tool>/…  --intake-->  restricted/archive/objects/ab/<sha256>
                                 restricted/archive/units/<tool>/<unit>.json   (name, dates, hash)

An original leaves the inbox only when its archived copy is on disk: the inbox is clear text outside the
restricted zone, so nothing stays there. A file that is reached through a link is left alone; it is not ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from connectors.errors import Transient
from connectors.files import replace_durably
from connectors.home import Home
from connectors.seam import Original

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".partial", ".swp")
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_CHUNK = 1 << 20


def waiting(home: Home, tool: str) -> list[Path]:
    """Files that wait in a tool's inbox, in order of name; hidden and unfinished ones are passed over."""
    folder = home.inbox / tool
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if not _is_passed_over(path.relative_to(folder))]


def _is_passed_over(path: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return hidden or path.name.lower().endswith(_UNFINISHED)


def take_in(home: Home, tool: str) -> list[Original]:
    """Archive what waits in the tool's inbox and empty it; returns the originals, known ones too."""
    return [_take_in(home, tool, path) for path in waiting(home, tool)]


def _take_in(home: Home, tool: str, path: Path) -> Original:
    before = path.stat()
    content = _store(home, path)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise Transient(f"A file in the inbox of {tool} is still being written. It stays there for the next run.")
    name = path.relative_to(home.inbox / tool).as_posix()
    modified = datetime.fromtimestamp(after.st_mtime, UTC).replace(tzinfo=None, microsecond=0)
    original = _register(home, tool, name, content, modified)
    if _is_ours(home, path):
        path.unlink()
    return original


def add_window(home: Home, tool: str, window: str, pulled: Path, extracted_at: datetime) -> Original:
    """Archive the bytes of one pull window; pulling it again replaces what the window means."""
    content = _store(home, pulled)
    return _register(home, tool, f"{window}.ndjson", content, extracted_at, unit=window)


def originals(home: Home, tool: str) -> Iterator[Original]:
    """Every archived original of a tool, oldest extraction first, so that replay meets them as history did."""
    cards = [json.loads(path.read_text(encoding="utf-8")) for path in _cards(home, tool).glob("*.json")]
    for card in sorted(cards, key=lambda card: (card["extracted_at"], card["source_file"], card["unit"])):
        yield Original(
            tool,
            card["unit"],
            _object(home, card["content"]),
            card["source_file"],
            datetime.fromisoformat(card["extracted_at"]),
        )


def tools(home: Home) -> set[str]:
    """Tools that have originals in the archive."""
    folder = home.archive / "units"
    return {path.name for path in folder.iterdir() if path.is_dir()} if folder.exists() else set()


def _store(home: Home, path: Path) -> str:
    """Copy the bytes into the archive, durably; returns their SHA-256."""
    aside = home.archive / "incoming" / f"{os.getpid()}-{path.name[-40:]}"
    aside.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, aside.open("wb") as target:
        content = _copy(source, target)
    replace_durably(aside, _object(home, content))
    return content


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _register(home: Home, tool: str, name: str, content: str, modified: datetime, unit: str | None = None) -> Original:
    dated = None if unit else date_in_name(name)  # a window ends when it ends, whatever day it is named for
    # The same bytes under a later date are news (a snapshot that went back to what it was), so the date that a
    # name carries is part of the unit; the same bytes under another undated name are the same unit.
    unit = unit or hashlib.sha256(f"{content}|{dated or ''}".encode()).hexdigest()[:32]
    path = _cards(home, tool) / f"{unit}.json"
    extracted_at = dated or modified
    if path.exists() and (known := json.loads(path.read_text(encoding="utf-8")))["content"] == content:
        return Original(
            tool, unit, _object(home, content), known["source_file"], datetime.fromisoformat(known["extracted_at"])
        )
    card = {"unit": unit, "content": content, "source_file": name, "extracted_at": extracted_at.isoformat()}
    aside = path.with_suffix(".aside")
    aside.parent.mkdir(parents=True, exist_ok=True)
    aside.write_text(json.dumps(card), encoding="utf-8")
    replace_durably(aside, path)
    return Original(tool, unit, _object(home, content), name, extracted_at)


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
