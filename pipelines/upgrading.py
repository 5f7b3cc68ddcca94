"""Bring an older home to today's format: derive everything that can be derived from the archive again."""

from __future__ import annotations

import shutil

from connectors import archive
from connectors.errors import SettingsError
from connectors.home import FORMAT, Home
from pipelines.landing import land_originals
from pipelines.settings import declarations, open_tokeniser, writing

_TOLD_ONCE = {"late_rows", "replays"}
"""Tables of landing that can't be derived again: the archive keeps what a unit means now, not what it meant before."""


def upgrade(home: Home) -> int:
    """Upgrade; returns the format that was found. Metric results and guard history in the warehouse are kept."""
    found = home.card().get("format", 0)
    if found == FORMAT:
        raise SettingsError(f"{home.root} has format {FORMAT} already. Nothing was changed.")
    if found > FORMAT:
        raise SettingsError(f"{home.root} has format {found}, newer than {FORMAT}. Update Throughline instead.")
    with writing(home):
        for table in home.landing.glob("*") if home.landing.exists() else ():
            if table.name not in _TOLD_ONCE:
                shutil.rmtree(table, ignore_errors=True)
        home.root.mkdir(parents=True, exist_ok=True)
        home.note(format=FORMAT)
        home.open()
        known = declarations(home)
        tokeniser = open_tokeniser(home)
        for tool in sorted(archive.tools(home) & set(known)):
            land_originals(home, known[tool], tokeniser, list(archive.originals(home, tool)), accept_fewer=True)
    return int(found)
