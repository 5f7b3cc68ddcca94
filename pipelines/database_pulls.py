"""Pulls from databases, as settings.yml names them: see `export_pulls` for how they are run.

settings.yml --database--> a multi-asset per export, database/<tool>/<export>/<kind> → landing/<kind>
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.declaration import Declaration
from connectors.declaration.complaints import unknown
from connectors.errors import SettingsError
from connectors.sources.database.source import Database, address, database
from connectors.sources.database.source import Window as Days
from pipelines.export_pulls import Brought, ExportPull, ScheduledPull, Window, scheduled


def database_of(declaration: Declaration) -> Database | None:
    """The database that settings.yml names for a tool, if any."""
    return database(declaration.tool, declaration.options, declaration.exports)


def database_pulls(declarations: Mapping[str, Declaration]) -> list[ScheduledPull]:
    """Everything that settings.yml names a database for."""
    return [
        scheduled(declaration, pull)
        for declaration in declarations.values()
        if database_of(declaration) is not None
        for pull in of_tool(declaration)
    ]


def of_tool(declaration: Declaration, only: Sequence[str] = ()) -> list[ExportPull]:
    """The pulls of one tool, or some of them."""
    reads = _database(declaration).exports
    if strange := [name for name in only if name not in reads]:
        raise SettingsError(f"{unknown('export of the database', strange[0], tuple(reads))}.")
    return [
        ExportPull("database", declaration.tool, name, read.changed is not None, read.since, read.nightly_days, _bring)
        for name, read in reads.items()
        if not only or name in only
    ]


def _bring(declaration: Declaration, export: str, window: Window | None, folder: Path) -> Brought:
    """Read an export from the database of a tool."""
    from connectors.sources.database.rows import fetch

    where = _database(declaration)
    # The session of the database is in UTC, and so a time without a zone is.
    start, end = [bound.replace(tzinfo=None) for bound in window] if window else (None, None)
    days = Days(start=start, end=end)
    fetched = fetch(address(declaration.tool, where), where, export, days, folder / "rows.parquet")
    return Brought(fetched.path, fetched.rows, f"{fetched.rows} rows")


def _database(declaration: Declaration) -> Database:
    where = database_of(declaration)
    if where is None:
        raise SettingsError(
            f"settings.yml names no database for {declaration.tool}. Add tools.{declaration.tool}.database with its "
            "`url` (without the password) and `exports`, then pull again."
        )
    return where
