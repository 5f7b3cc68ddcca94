"""Pulls from APIs, as connectors declare them.

    settings.yml --rest--> a multi-asset per export, rest/<tool>/<export>/<kind> → landing/<kind>

An export with a window has a partition per day, the only cursor that there is: what changed on a day is one unit, and
pulling the day again replaces it. Any other export is pulled whole, and is one unit per day on which it is pulled: an
API that tells only how things are can't tell how they were.
"""

import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from filelock import FileLock

from connectors import archive, landing
from connectors.declaration import Declaration
from connectors.declaration.complaints import unknown
from connectors.errors import SettingsError
from connectors.home import Home
from connectors.sources.rest.source import Source, chosen, pulls_of, secrets, source
from identity.tokens import Tokeniser
from pipelines.landing import PARTS, ToolLanding, meaning, read
from pipelines.resources import HomeResource, outside_trouble_is_retried

if TYPE_CHECKING:
    from connectors.sources.rest.pull import Pulled


@dataclass(frozen=True)
class RestPull:
    """One export of one tool that a home pulls: its assets, and when they are made."""

    tool: str
    export: str
    assets: dg.AssetsDefinition
    schedule: dg.ScheduleDefinition


@dataclass(frozen=True)
class PulledExport:
    """What a pull brought: ``unit`` is the export and the day."""

    unit: str
    pulled: "Pulled"
    landed: ToolLanding


def rest_pulls(declarations: Mapping[str, Declaration]) -> list[RestPull]:
    """Everything that settings.yml names an API for."""
    found = {tool: source(declaration) for tool, declaration in declarations.items()}
    return [
        _rest_pull(declarations[tool], export, where)
        for tool, where in found.items()
        if where is not None
        for export in chosen(declarations[tool], where)
    ]


def exports_of(declaration: Declaration, only: Sequence[str] = ()) -> dict[str, bool]:
    """The exports that a home pulls of a tool (or some of them), and whether each has a window."""
    where, pulls = _source(declaration), pulls_of(declaration)
    if strange := [name for name in only if name not in pulls]:
        raise SettingsError(f"{unknown('pull', strange[0], tuple(pulls))}.")
    return {name: pulls[name].window is not None for name in only or chosen(declaration, where)}


def pull_export(
    home: Home, declaration: Declaration, tokeniser: Tokeniser, export: str, day: date | None = None
) -> PulledExport:
    """Pull an export and land it in place of what its unit held before.

    ``day``: what changed on it, for an export with a window; any other is pulled as it is now. Raises
    ``SettingsError`` where no API, or no secret for it, is set, and ``Transient`` for what may pass.
    """
    from connectors.sources.rest.pull import pull

    tool, where, now = declaration.tool, _source(declaration), datetime.now(UTC)
    window = _window(day) if day is not None else None
    unit = f"{export}-{(day or now.date()).isoformat()}"
    locks = home.landing / ".incoming" / tool
    locks.mkdir(parents=True, exist_ok=True)
    # As with units: a fixed number of locks, because lock files can't be deleted without a race.
    with (
        FileLock(locks / f"pull-{zlib.crc32(unit.encode()) % 64:02}"),
        tempfile.TemporaryDirectory(dir=home.restricted) as folder,
    ):
        suffix = "csv" if declaration.exports[export].format == "table" else "ndjson"
        pulled = pull(declaration, export, where, secrets(declaration), window, Path(folder) / f"pulled.{suffix}")
        if declaration.exports[export].delivers == "snapshot":
            landing.refuse_smaller_again(landing.ledger(home, tool).to_pylist(), unit, pulled.records)
        extracted_at = (window[1] if window else now).replace(tzinfo=None, microsecond=0)
        original = archive.add_window(
            home, tool, unit, pulled.path, extracted_at, source_file=f"{unit}.{suffix}", pulled_as=export
        )
        landed = landing.land(home, original, partial(read, declaration), declaration.declaration_version, tokeniser)
    return PulledExport(unit, pulled, ToolLanding([landed]))


def _window(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time.min, UTC)
    return start, start + timedelta(days=1)


def _source(declaration: Declaration) -> Source:
    where = source(declaration)
    if where is None:
        raise SettingsError(
            f"settings.yml names no API for {declaration.tool}. Add tools.{declaration.tool}.rest.endpoint, then pull "
            f"again; `throughline connector explain {declaration.tool}` tells what else it needs."
        )
    return where


def _rest_pull(declaration: Declaration, export: str, where: Source) -> RestPull:
    assets = _assets(declaration, export, where)
    has_window = pulls_of(declaration)[export].window is not None
    name = f"pull_{declaration.tool}_{export}"
    schedule = _nightly(name, assets, where) if has_window else _daily(name, assets)
    return RestPull(declaration.tool, export, assets, schedule)


def _assets(declaration: Declaration, export: str, where: Source) -> dg.AssetsDefinition:
    """Key ``rest/<tool>/<export>/<kind>`` for every record kind that the export yields."""
    tool, declared = declaration.tool, declaration.exports[export]
    has_window = pulls_of(declaration)[export].window is not None
    days = dg.DailyPartitionsDefinition(start_date=where.since.isoformat(), timezone="UTC") if has_window else None
    about = "A partition is what changed on a day." if has_window else "Pulled whole, as it is."
    specs = [
        dg.AssetSpec(["rest", tool, export, kind], description=f"{meaning(kind)} {about}") for kind in declared.kinds
    ]

    @dg.multi_asset(
        name=f"rest__{tool}__{export}",
        specs=specs,
        partitions_def=days,
        pool=f"rest_{tool}",
        description=f"{declared.title}, pulled from the API of {tool}.",
    )
    def pull_one(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
        day = date.fromisoformat(context.partition_key) if has_window else None
        with outside_trouble_is_retried(context):
            pulled = pull_export(home.open(), home.declaration(tool), home.tokeniser(), export, day)
        for unit in pulled.landed.refused:
            raise dg.Failure(f"The API's answer for {unit.unit} was refused. {unit.reason}", allow_retries=False)
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_told(pulled, spec, is_a_part=has_window))

    return pull_one


def _told(pulled: PulledExport, spec: dg.AssetSpec, *, is_a_part: bool) -> dict[str, Any]:
    rows = pulled.landed.rows(spec.key.path[-1])
    return {
        "dagster/partition_row_count" if is_a_part else "dagster/row_count": rows["landed"],
        **{f"rows_{part}": rows[part] for part in PARTS},
        "answers": pulled.pulled.answers,
        "records": pulled.pulled.records,
        "records_gone": pulled.pulled.gone,
    }


def _nightly(name: str, assets: dg.AssetsDefinition, where: Source) -> dg.ScheduleDefinition:
    """An hour after midnight: yesterday, and the days before it that may not have been complete."""

    @dg.schedule(name=name, target=assets, cron_schedule="0 1 * * *", execution_timezone="UTC")
    def pull_days(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest]:
        night = context.scheduled_execution_time
        days = [night.date() - timedelta(days=n) for n in range(where.nightly_days, 0, -1)]
        return [
            dg.RunRequest(run_key=f"{night:%Y-%m-%d} {day}", partition_key=day.isoformat())
            for day in days
            if day >= where.since
        ]

    return pull_days


def _daily(name: str, assets: dg.AssetsDefinition) -> dg.ScheduleDefinition:
    return dg.ScheduleDefinition(name=name, target=assets, cron_schedule="0 2 * * *", execution_timezone="UTC")
