"""What ``throughline doctor`` looks at. Each finding says what is so, and what to do where it should not be."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors import archive, landing
from connectors.errors import SettingsError, ThroughlineError
from connectors.home import Home
from connectors.records import RECORD_KINDS
from connectors.sources.database.source import address
from connectors.sources.remote_files.source import remote_inbox, sftp_secrets
from connectors.sources.rest.source import secret_names, secrets, source
from pipelines.database_pulls import database_of
from pipelines.publishing import published_version
from pipelines.settings import declarations, open_tokeniser

_ENOUGH_BYTES = 2 << 30


@dataclass(frozen=True)
class Finding:
    subject: str
    is_fine: bool
    message: str


def examine(home: Home) -> list[Finding]:
    """Every finding on this home; a check that can't be made is a finding, not a crash."""
    if not home.root.exists():
        return [Finding("home", False, f"{home.root} does not exist. Run: throughline demo, or throughline run")]
    findings: list[Finding] = []
    for subject, check in _CHECKS.items():
        try:
            findings += [Finding(subject, fine, message) for fine, message in check(home)]
        except (ThroughlineError, OSError) as error:
            findings.append(Finding(subject, False, str(error)))
    return findings


def _format(home: Home) -> Iterator[tuple[bool, str]]:
    home.open()
    yield True, f"format {home.card()['format']}, {home.root}"
    free = shutil.disk_usage(home.root).free
    yield free > _ENOUGH_BYTES, f"{free / (1 << 30):.0f} GiB free" + ("" if free > _ENOUGH_BYTES else "; make room")


def _zones(home: Home) -> Iterator[tuple[bool, str]]:
    for folder in filter(Path.exists, (home.restricted, home.inbox)):
        mode = stat.S_IMODE(folder.stat().st_mode)
        mend = "" if not mode & 0o077 else f"; run: chmod 700 {folder}"
        yield not mode & 0o077, f"{folder.name}/ has mode {mode:04o}{mend}"


def _key(home: Home) -> Iterator[tuple[bool, str]]:
    if home.card().get("key_id") is None:
        yield True, "no key was needed yet"
        return
    open_tokeniser(home)
    yield True, f"key {home.card()['key_id']} is the one that this home was tokenised with"


def _declarations(home: Home) -> Iterator[tuple[bool, str]]:
    known = declarations(home)
    yield True, f"{len(known)} connectors: {', '.join(known)}"
    for tool in sorted(archive.tools(home) - set(known)):
        yield False, f"the archive holds originals of {tool}, which no connector reads; restore {tool}.yaml"


def _apis(home: Home) -> Iterator[tuple[bool, str]]:
    for tool, declaration in declarations(home).items():
        if source(declaration) is None:
            continue
        try:
            secrets(declaration)
            yield True, f"{tool} can be pulled: {', '.join(secret_names(declaration)) or 'no secret'} is there"
        except SettingsError as error:
            yield False, str(error)


def _elsewhere(home: Home) -> Iterator[tuple[bool, str]]:
    """Databases and remote inboxes: whether settings and secrets are there. Nobody is asked over the network."""
    for tool, declaration in declarations(home).items():
        try:
            if (where := database_of(declaration)) is not None:
                url = address(tool, where)
                yield (
                    True,
                    f"{tool} can be read from {url.get_backend_name()}, {'with' if url.password else 'no'} password",
                )
            if (inbox := remote_inbox(tool, declaration.options)) is not None:
                if inbox.protocol == "sftp":
                    sftp_secrets(tool)
                yield True, f"{tool} has a remote inbox: {inbox.protocol}"
        except SettingsError as error:
            yield False, str(error)


def _ledger(home: Home) -> Iterator[tuple[bool, str]]:
    ledger = landing.ledger(home)
    parts = ("rows_landed", "rows_rejected", "rows_duplicate", "rows_erased")
    read, accounted = (sum(pc.sum(ledger[name]).as_py() or 0 for name in names) for names in (("rows_read",), parts))
    yield (
        read == accounted,
        f"{read} rows read, {accounted} accounted for, {len(set(ledger['unit'].to_pylist()))} units",
    )
    for tool in sorted(archive.tools(home)):
        if cut := landing.interrupted(home, tool):
            yield False, f"{len(cut)} units of {tool} were cut off while landing; run: throughline run"


def _landed_files(home: Home) -> Iterator[tuple[bool, str]]:
    files = 0
    for name, kind in RECORD_KINDS.items():
        expected = landing.arrow_schema(kind.landed)
        for path in home.landed(name).rglob("*.parquet"):
            files += 1
            if not pq.read_schema(path).remove_metadata().equals(expected):
                yield (
                    False,
                    f"{path.relative_to(home.root)} differs from the contract of {name}; "
                    f"run: throughline replay {path.parent.name}",
                )
    yield True, f"{files} landed files were compared with their contracts"


def _published(home: Home) -> Iterator[tuple[bool, str]]:
    version = published_version(home)
    if version is None:
        yield True, "nothing is published yet"
        return
    there = home.published_database.exists()
    yield (
        there,
        f"version {version}" + ("" if there else " is linked, but its file is gone; run: throughline run --force"),
    )


# The zones come first: opening the home would close them again before anybody had seen them open.
_CHECKS = {
    "zones": _zones,
    "home": _format,
    "key": _key,
    "connectors": _declarations,
    "apis": _apis,
    "elsewhere": _elsewhere,
    "ledger": _ledger,
    "landing": _landed_files,
    "published": _published,
}
