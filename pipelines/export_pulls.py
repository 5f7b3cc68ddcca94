"""Pulls of single exports, from an API or a database: what both have in common.

    settings.yml --> ExportPull --> a multi-asset <group>/<tool>/<export>/<kind> → landing/<kind>, and its schedule

An export with a window has a partition per day, the only cursor that there is: what changed on a day is one unit, and
pulling the day again replaces it. Any other export is pulled whole, and is one unit per day on which it is pulled: who
tells only how things are can't tell how they were.
"""

import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
from filelock import FileLock

from connectors import archive, landing
from connectors.declaration import Declaration
from connectors.home import Home
from identity.tokens import Tokeniser
from pipelines.landing import PARTS, ToolLanding, meaning, read
from pipelines.resources import HomeResource, outside_trouble_is_retried
from pipelines.triggers import pulled_nightly

Window = tuple[datetime, datetime]
"""From the first instant up to before the second, both UTC."""


@dataclass(frozen=True)
class Brought:
    """The file that a pull wrote, how many records it holds, what that is in words, and more metadata of its assets."""

    path: Path
    records: int
    said: str
    told: Mapping[str, Any] = field(default_factory=dict)


class Bring(Protocol):
    """Fetches an export into a folder: what changed within a window, or everything where there is none.

    Raises ``SettingsError`` for what has to be mended, and ``Transient`` for what may pass.
    """

    def __call__(self, declaration: Declaration, export: str, window: Window | None, folder: Path) -> Brought: ...


@dataclass(frozen=True)
class ExportPull:
    """One export of one tool that a home pulls; ``group`` says from what: ``rest`` or ``database``."""

    group: str
    tool: str
    export: str
    has_window: bool
    since: date
    nightly_days: int
    bring: Bring


@dataclass(frozen=True)
class ScheduledPull:
    """The assets of a pull, and when they are made."""

    tool: str
    export: str
    assets: dg.AssetsDefinition
    schedule: dg.ScheduleDefinition


@dataclass(frozen=True)
class PulledExport:
    """What a pull brought: ``unit`` is the export and the day."""

    unit: str
    brought: Brought
    landed: ToolLanding


def pull_export(
    home: Home, declaration: Declaration, tokeniser: Tokeniser, how: ExportPull, day: date | None = None
) -> PulledExport:
    """Pull an export and land it in place of what its unit held before.

    ``day``: what changed on it, for an export with a window; any other is pulled as it is now.
    """
    tool, export, now = how.tool, how.export, datetime.now(UTC)
    window = _window(day) if day is not None and how.has_window else None
    unit = f"{export}-{(day if day is not None and window else now.date()).isoformat()}"
    locks = home.landing / ".incoming" / tool
    locks.mkdir(parents=True, exist_ok=True)
    # As with units: a fixed number of locks, because lock files can't be deleted without a race.
    with (
        FileLock(locks / f"pull-{zlib.crc32(unit.encode()) % 64:02}"),
        tempfile.TemporaryDirectory(dir=home.restricted) as folder,
    ):
        brought = how.bring(declaration, export, window, Path(folder))
        if declaration.exports[export].delivers == "snapshot":
            landing.refuse_smaller_again(landing.ledger(home, tool).to_pylist(), unit, brought.records)
        extracted_at = (window[1] if window else now).replace(tzinfo=None, microsecond=0)
        name = f"{unit}{brought.path.suffix}"
        original = archive.add_window(home, tool, unit, brought.path, extracted_at, source_file=name, pulled_as=export)
        landed = landing.land(home, original, partial(read, declaration), declaration.declaration_version, tokeniser)
    return PulledExport(unit, brought, ToolLanding([landed]))


def _window(day: date) -> Window:
    start = datetime.combine(day, time.min, UTC)
    return start, start + timedelta(days=1)


def scheduled(declaration: Declaration, pull: ExportPull) -> ScheduledPull:
    """The assets of a pull, made every night."""
    assets = _assets(declaration, pull)
    name = f"pull_{pull.tool}_{pull.export}"
    schedule = pulled_nightly(name, assets, pull.since, pull.nightly_days) if pull.has_window else _daily(name, assets)
    return ScheduledPull(pull.tool, pull.export, assets, schedule)


def _assets(declaration: Declaration, how: ExportPull) -> dg.AssetsDefinition:
    """Key ``<group>/<tool>/<export>/<kind>`` for every record kind that the export yields."""
    group, tool, export, declared = how.group, how.tool, how.export, declaration.exports[how.export]
    days = dg.DailyPartitionsDefinition(start_date=how.since.isoformat(), timezone="UTC") if how.has_window else None
    about = "A partition is what changed on a day." if how.has_window else "Pulled whole, as it is."
    specs = [
        dg.AssetSpec([group, tool, export, kind], description=f"{meaning(kind)} {about}") for kind in declared.kinds
    ]

    @dg.multi_asset(
        name=f"{group}__{tool}__{export}",
        specs=specs,
        partitions_def=days,
        pool=f"{group}_{tool}",
        description=f"{declared.title}, pulled from {tool}.",
    )
    def pull_one(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
        day = date.fromisoformat(context.partition_key) if how.has_window else None
        with outside_trouble_is_retried(context):
            pulled = pull_export(home.open(), home.declaration(tool), home.tokeniser(), how, day)
        for unit in pulled.landed.refused:
            raise dg.Failure(f"What was pulled for {unit.unit} was refused. {unit.reason}", allow_retries=False)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_told(pulled, spec, is_a_part=how.has_window))

    return pull_one


def _told(pulled: PulledExport, spec: dg.AssetSpec, *, is_a_part: bool) -> dict[str, Any]:
    rows = pulled.landed.rows(spec.key.path[-1])
    return {
        "dagster/partition_row_count" if is_a_part else "dagster/row_count": rows["landed"],
        **{f"rows_{part}": rows[part] for part in PARTS},
        "records": pulled.brought.records,
        **pulled.brought.told,
    }


def _daily(name: str, assets: dg.AssetsDefinition) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(name=name, target=assets, cron_schedule="0 2 * * *", execution_timezone="UTC")
