"""Pulls: one Dagster partition per day of ``stored``, which is the only cursor that there is.

    settings.yml --lrs--> a multi-asset per LRS, lrs/<tool>/<kind> → landing/<kind>

A day is pulled whole into the archive and landed as the unit of that day; pulling it again replaces it. What the
server sent before and sends no more (an LRS hides what was voided) stays in a unit beside it. Every night pulls
yesterday and the day before: what a server lets be seen late is then still found, and told in the late-row ledger.
"""

import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
from filelock import FileLock

from connectors import archive, landing, mapping
from connectors.declaration import Declaration
from connectors.errors import SettingsError
from connectors.home import Home
from connectors.landing.late_rows import Late, held, note_late_rows
from connectors.seam import Original
from connectors.xapi.lrs import withheld
from connectors.xapi.lrs.source import Source, credentials, source
from identity.tokens import Tokeniser
from pipelines.landing import PARTS, ToolLanding, meaning, read
from pipelines.resources import HomeResource, outside_trouble_is_retried
from pipelines.triggers import pulled_nightly

if TYPE_CHECKING:
    from connectors.xapi.lrs.window import PulledWindow


def pulled_tools(declarations: Mapping[str, Declaration]) -> dict[str, Source]:
    """The tools that settings.yml names an LRS for."""
    found = {tool: source(tool, declaration.options) for tool, declaration in declarations.items()}
    return {tool: each for tool, each in found.items() if each is not None}


@dataclass(frozen=True)
class PulledDay:
    """What a day brought. ``missed``: ids of the day before that its own pull did not see."""

    day: date
    window: "PulledWindow"
    landed: ToolLanding
    late: Late
    missed: frozenset[str]


def pull_day(home: Home, declaration: Declaration, tokeniser: Tokeniser, day: date) -> PulledDay:
    """Pull one day of a tool's LRS and land it in place of what it held before; days don't wait for each other.

    Raises ``SettingsError`` where no LRS, or no secret for it, is set, and ``Transient`` for what may pass.
    """
    tool, unit = declaration.tool, day.isoformat()
    aside = withheld.unit(unit)
    locks = home.landing / ".incoming" / tool
    locks.mkdir(parents=True, exist_ok=True)
    # As with units: a fixed number of locks, because lock files can't be deleted without a race.
    with FileLock(locks / f"pull-{zlib.crc32(unit.encode()) % 64:02}"):
        before, before_aside = held(home, tool, unit), held(home, tool, aside)
        window, landed = _replaced(home, declaration, tokeniser, day)
        known = before_aside.days.keys() if before_aside else ()
        late = note_late_rows(home, tool, unit, before, held(home, tool, unit), known=known)
    return PulledDay(day, window, landed, late, _missed(home, tool, day - timedelta(days=1), window.before))


def _replaced(
    home: Home, declaration: Declaration, tokeniser: Tokeniser, day: date
) -> tuple["PulledWindow", ToolLanding]:
    from connectors.xapi.lrs.window import pull

    where = _source(declaration)
    start = datetime.combine(day, time.min, UTC)
    end = start + timedelta(days=1)
    with tempfile.TemporaryDirectory(dir=home.restricted) as folder:
        secrets = credentials(declaration.tool, where)
        window = pull(where, secrets, start, end, Path(folder) / "statements.ndjson")
        originals = _archived(home, declaration.tool, day, window.path, end.replace(tzinfo=None))
    reader = partial(read, declaration)
    # No day is held against the days before it: a quiet one is no sign of an export that was cut off.
    units = [
        landing.land(home, original, reader, declaration.declaration_version, tokeniser, before=())
        for original in originals
    ]
    return window, ToolLanding(units)


def _archived(home: Home, tool: str, day: date, pulled: Path, extracted_at: datetime) -> list[Original]:
    """The day as it was pulled, and what is withheld of it; the latter is safe before the former is replaced."""
    name, aside = day.isoformat(), withheld.unit(day.isoformat())
    before, kept = archive.window(home, tool, name), archive.window(home, tool, aside)
    into = pulled.with_name("withheld.ndjson")
    if before and withheld.write_withheld(kept.path if kept else None, before.path, pulled, into):
        kept = archive.add_window(home, tool, aside, into, extracted_at - withheld.EARLIER)
    original = archive.add_window(home, tool, name, pulled, extracted_at)
    # It lands again even if nothing was added: an earlier pull may have died before it landed it.
    return [original, kept] if kept else [original]


def _source(declaration: Declaration) -> Source:
    where = source(declaration.tool, declaration.options)
    if where is None:
        raise SettingsError(
            f"settings.yml names no LRS for {declaration.tool}. Add tools.{declaration.tool}.lrs.endpoint, "
            "then run the partition again."
        )
    return where


def _missed(home: Home, tool: str, day: date, ids: frozenset[str]) -> frozenset[str]:
    """Which of these statements of a day its own pull did not see; none if it was never pulled."""
    from connectors.xapi.lrs.window import ids as sent

    known, original = held(home, tool, day.isoformat()), archive.window(home, tool, day.isoformat())
    if known is None or original is None or not (missed := ids - known.days.keys()):
        return frozenset()
    return missed - sent(original.path)  # some may have been rejected


def pull_assets(declaration: Declaration, source: Source) -> dg.AssetsDefinition:
    """Key ``lrs/<tool>/<kind>`` for every record kind that statements yield."""
    tool = declaration.tool
    specs = [
        dg.AssetSpec(["lrs", tool, kind], description=f"{meaning(kind)} A partition is a day of `stored`.")
        for kind in mapping.kinds_of(declaration)
    ]

    @dg.multi_asset(
        name=f"lrs__{tool}",
        specs=specs,
        partitions_def=dg.DailyPartitionsDefinition(start_date=source.since.isoformat(), timezone="UTC"),
        pool=f"lrs_{tool}",
        description=f"Statements that the LRS of {tool} stored on a day.",
    )
    def pull_partition(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
        with outside_trouble_is_retried(context):
            pulled, *restated = _pull(home, tool, date.fromisoformat(context.partition_key))
        for each in (pulled, *restated):
            _complain(context, each)
        for each in restated:
            for spec in specs:
                partition = each.day.isoformat()
                context.log_event(dg.AssetMaterialization(spec.key, partition=partition, metadata=_told(each, spec)))
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata=_told(pulled, spec))

    return pull_partition


def _pull(home: HomeResource, tool: str, day: date) -> list[PulledDay]:
    """Pull a day; and, where it shows that the day before was closed too early, that day once more."""
    opened, declaration, tokeniser = home.open(), home.declaration(tool), home.tokeniser()
    pulled = pull_day(opened, declaration, tokeniser, day)
    if not pulled.missed:
        return [pulled]
    return [pulled, pull_day(opened, declaration, tokeniser, day - timedelta(days=1))]


def _complain(context: dg.AssetExecutionContext, pulled: PulledDay) -> None:
    """Say what should not go unseen. A day whose answer was refused as a whole fails."""
    for unit in pulled.landed.refused:
        raise dg.Failure(f"The LRS's answer for {unit.unit} was refused. {unit.reason}", allow_retries=False)
    if late := pulled.late.late.total():
        days = len(pulled.late.late)
        context.log.warning(f"{pulled.day}: {late} statements came after the day had been closed; {days} days change.")
    if pulled.window.strays:
        context.log.warning(
            f"{pulled.day}: {pulled.window.strays} statements say that the LRS stored them on other days than were "
            "asked for. It seems to filter on `timestamp`; what it receives late is then only found by pulling the "
            "days of events again."
        )


def _told(pulled: PulledDay, spec: dg.AssetSpec) -> dict[str, Any]:
    """The metadata of one day and kind. ``consistent_through`` is the server's claim; nothing rests on it."""
    rows = pulled.landed.rows(spec.key.path[-1])
    return {
        "dagster/partition_row_count": rows["landed"],
        **{f"rows_{part}": rows[part] for part in PARTS},
        "pages": pulled.window.pages,
        "xapi_version": pulled.window.version,
        "consistent_through": pulled.window.consistent_through or "not said",
        "statements_late": pulled.late.late.total(),
        "statements_gone": pulled.late.gone.total(),
    }


def pull_schedule(pulls: dg.AssetsDefinition, tool: str, source: Source) -> dg.ScheduleDefinition:
    """What is pulled from one LRS every night."""
    return pulled_nightly(f"pull_{tool}", pulls, source.since, source.nightly_days)
