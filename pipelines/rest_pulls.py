"""Pulls from APIs, as connectors declare them: see `export_pulls` for how they are run.

settings.yml --rest--> a multi-asset per export, rest/<tool>/<export>/<kind> → landing/<kind>
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.declaration import Declaration
from connectors.declaration.complaints import unknown
from connectors.errors import SettingsError
from connectors.sources.rest.source import Source, chosen, pulls_of, secrets, source
from pipelines.export_pulls import Brought, ExportPull, ScheduledPull, Window, scheduled


def rest_pulls(declarations: Mapping[str, Declaration]) -> list[ScheduledPull]:
    """Everything that settings.yml names an API for."""
    return [
        scheduled(declaration, pull)
        for declaration in declarations.values()
        if source(declaration) is not None
        for pull in of_tool(declaration)
    ]


def of_tool(declaration: Declaration, only: Sequence[str] = ()) -> list[ExportPull]:
    """The pulls of one tool, or some of them."""
    where, pulls = _source(declaration), pulls_of(declaration)
    if strange := [name for name in only if name not in pulls]:
        raise SettingsError(f"{unknown('pull', strange[0], tuple(pulls))}.")
    return [
        ExportPull(
            "rest", declaration.tool, name, pulls[name].window is not None, where.since, where.nightly_days, _bring
        )
        for name in only or chosen(declaration, where)
    ]


def _bring(declaration: Declaration, export: str, window: Window | None, folder: Path) -> Brought:
    """Ask the API of a tool for an export."""
    from connectors.sources.rest.pull import pull

    suffix = "csv" if declaration.exports[export].format == "table" else "ndjson"
    target = folder / f"pulled.{suffix}"
    pulled = pull(declaration, export, _source(declaration), secrets(declaration), window, target)
    told = {"answers": pulled.answers, "records_gone": pulled.gone}
    return Brought(pulled.path, pulled.records, f"{pulled.records} records in {pulled.answers} answers", told)


def _source(declaration: Declaration) -> Source:
    where = source(declaration)
    if where is None:
        raise SettingsError(
            f"settings.yml names no API for {declaration.tool}. Add tools.{declaration.tool}.rest.endpoint, then pull "
            f"again; `throughline connector explain {declaration.tool}` tells what else it needs."
        )
    return where
