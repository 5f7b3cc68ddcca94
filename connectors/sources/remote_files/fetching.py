"""New files of a remote folder, in a tool's inbox.

    list --new by its mark--> copied aside --new by its content--> inbox/<tool>/<name>, register

The mark of a file is its ETag, or else its size and time of change. A file appears in the inbox whole or not at all,
with the time at which it was changed there; one that is still being written, here or there, waits for the next time.
The register is restricted, because a file may be called by the name of a person.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from connectors.errors import Transient
from connectors.files import is_passed_over, replace_durably
from connectors.sources.remote_files.opening import opened
from connectors.sources.remote_files.source import RemoteInbox

_CHUNK = 1 << 20


@dataclass(frozen=True)
class RemoteFile:
    """A file there: its path, its name within the folder, the mark by which a change shows, and when it changed."""

    path: str
    name: PurePosixPath
    mark: str
    changed: datetime | None


@dataclass(frozen=True)
class Fetched:
    """What became of the files there: how many are new here, were the same under a new mark, or have to wait."""

    new: int
    same: int
    waiting: int


def fetch(tool: str, where: RemoteInbox, inbox: Path, register: Path) -> Fetched:
    """Bring what is new into the ``inbox``; ``register`` is the file that remembers what was.

    Raises ``SettingsError`` for what has to be mended and ``Transient`` for what may pass.
    """
    known = json.loads(register.read_text(encoding="utf-8")) if register.exists() else {}
    new = same = waiting = 0
    with opened(tool, where) as system:
        for file in list(_files(system, where)):
            before = known.get(file.path, {})
            if before.get("mark") != file.mark:
                content = None if _is_fresh(file, where) else _fetched(system, file, inbox, before.get("content"))
                if content is None:
                    waiting += 1
                    continue
                same += content == before.get("content")
                new += content != before.get("content")
                known[file.path] = {"mark": file.mark, "content": content}
                _remember(known, register)
            if where.delete:
                system.rm_file(file.path)
    return Fetched(new, same, waiting)


def _files(system: fsspec.AbstractFileSystem, where: RemoteInbox) -> Iterator[RemoteFile]:
    """The files that are asked for, hidden and unfinished ones left out, oldest first."""
    system.invalidate_cache()
    if where.protocol in ("file", "sftp") and not system.isdir(where.folder):
        raise FileNotFoundError(where.folder)
    found = []
    for path, info in system.find(where.folder, detail=True).items():
        name = PurePosixPath(path.lstrip("/")).relative_to(where.folder.lstrip("/"))
        is_asked = any(fnmatch(name.name.lower(), pattern.lower()) for pattern in where.files)
        if is_asked and info["type"] == "file" and ".." not in name.parts and not is_passed_over(name):
            found.append(RemoteFile(path, name, _mark(info), _changed(info)))
    yield from sorted(found, key=lambda file: (file.changed or datetime.min.replace(tzinfo=UTC), file.path))


def _mark(info: Mapping[str, Any]) -> str:
    if tag := info.get("ETag") or info.get("etag"):
        return str(tag)
    changed = _changed(info)
    return f"{info.get('size')} {changed.isoformat() if changed else ''}"


def _changed(info: Mapping[str, Any]) -> datetime | None:
    """When a file was changed, under whichever name a file system tells it."""
    found = next(
        (info[name] for name in ("mtime", "LastModified", "last_modified", "updated", "created") if name in info), None
    )
    if isinstance(found, int | float):
        return datetime.fromtimestamp(found, UTC)
    if isinstance(found, str):
        found = datetime.fromisoformat(found)
    if isinstance(found, datetime):
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _is_fresh(file: RemoteFile, where: RemoteInbox) -> bool:
    """Whether it changed so lately that it may still be written."""
    return file.changed is not None and (datetime.now(UTC) - file.changed).total_seconds() < where.settle_seconds


def _fetched(system: fsspec.AbstractFileSystem, file: RemoteFile, inbox: Path, before: str | None) -> str | None:
    """Put a file into the inbox, unless its content is what it was ``before``; returns that. None: it has to wait."""
    target = inbox / Path(*file.name.parts)
    if target.exists():
        return None  # what came before under this name has not been taken in yet
    inbox.mkdir(parents=True, exist_ok=True)
    aside = inbox / f".{secrets.token_hex(8)}.part"
    try:
        content = _copied(system, file, aside)
        system.invalidate_cache()
        if _mark(system.info(file.path)) != file.mark:
            return None  # it changed meanwhile
        if content != before:
            if file.changed is not None:
                os.utime(aside, (file.changed.timestamp(), file.changed.timestamp()))
            replace_durably(aside, target)
        return content
    finally:
        aside.unlink(missing_ok=True)


def _copied(system: fsspec.AbstractFileSystem, file: RemoteFile, aside: Path) -> str:
    digest, size = hashlib.sha256(), 0
    with system.open(file.path, "rb") as source, aside.open("wb") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += target.write(chunk)
    told = system.info(file.path).get("size")
    if told is not None and told != size:
        raise Transient(f"A file broke off after {size} of {told} bytes.")
    return digest.hexdigest()


def _remember(known: Mapping[str, Any], register: Path) -> None:
    register.parent.mkdir(parents=True, exist_ok=True)
    aside = register.with_suffix(".aside")
    aside.write_text(json.dumps(known, indent=1), encoding="utf-8")
    replace_durably(aside, register)
