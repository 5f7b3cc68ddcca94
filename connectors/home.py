"""Where everything lives: the zones of a home.

    inbox/       what people and tools drop; emptied into the archive, because it is clear text
    restricted/  originals, originals of rejected rows, the vault, the key (0700: the only clear text that stays)
    landing/     record kinds as Parquet, ledger, rejects without values, identity links
    warehouse/   the database that dbt builds
    published/   what readers see
    registrations/  studies as they were planned before their outcomes were seen; append-only
    write_back/  ids of the statements that were sent to an LRS, and its answers; made where results are written back
    logs/, dagster/

A home carries the version of its format. Everything but ``restricted/``, ``registrations/``, ``write_back/`` and
``settings.yml`` can be derived again from the archive, which is why an older home can always be upgraded by replaying
it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock

from connectors.errors import SettingsError
from connectors.records import CONTRACT_VERSION

FORMAT = 2
"""Version of this layout and of what lands in it (2: bodies of statements are hashed by part)."""


@dataclass(frozen=True)
class Home:
    """The folders of one installation. Creating the object touches nothing; :meth:`open` does."""

    root: Path

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def restricted(self) -> Path:
        return self.root / "restricted"

    @property
    def archive(self) -> Path:
        return self.restricted / "archive"

    @property
    def vault(self) -> Path:
        return self.restricted / "vault"

    @property
    def reject_originals(self) -> Path:
        return self.restricted / "rejects"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def database(self) -> Path:
        return self.warehouse / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def published_database(self) -> Path:
        return self.published / "learning.duckdb"

    @property
    def write_back(self) -> Path:
        return self.root / "write_back"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    def landed(self, table: str, tool: str | None = None) -> Path:
        """Folder of a landed table, or of one tool's units in it."""
        folder = self.landing / table / CONTRACT_VERSION
        return folder if tool is None else folder / tool

    def unit_file(self, table: str, tool: str, unit: str) -> Path:
        """What one unit landed in a table."""
        return self.landed(table, tool) / f"{unit}.parquet"

    @property
    def _card(self) -> Path:
        return self.root / "home.json"

    def card(self) -> dict[str, Any]:
        """What the home says of itself: ``format`` and, once there is a key, ``key_id``."""
        if not self._card.exists():
            return {}
        card = json.loads(self._card.read_text(encoding="utf-8"))
        if not isinstance(card, dict):
            raise SettingsError(f"{self._card} should hold a JSON object. Restore it from a backup.")
        return card

    def note(self, **entries: Any) -> None:
        """Write entries on the home's card, whole or not at all, and one process after the other."""
        aside = self._card.with_suffix(".json.aside")
        with FileLock(self._card.with_suffix(".json.lock")):
            aside.write_text(json.dumps(self.card() | entries, indent=1) + "\n", encoding="utf-8")
            os.replace(aside, self._card)

    @property
    def is_new(self) -> bool:
        """Nothing was ever kept here: no key was used, no original archived, nothing landed."""
        return "key_id" not in self.card() and not self.archive.exists() and not self.landing.exists()

    def open(self) -> Home:
        """Make the zones where they are missing, refuse a format that this version does not know."""
        self._check_format()
        for folder in (self.root, self.landing, self.warehouse, self.published, self.logs, self.dagster):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.inbox, self.restricted):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.restricted.chmod(0o700)
        if "format" not in self.card():
            self.note(format=FORMAT)
        return self

    def _check_format(self) -> None:
        found = self.card().get("format")
        if found is None and (self.landing.exists() or self.archive.exists()):
            found = 0
        if found is None or found == FORMAT:
            return
        if isinstance(found, int) and found < FORMAT:
            raise SettingsError(
                f"The home {self.root} has format {found}; this version of Throughline works with format {FORMAT}. "
                f"Run: throughline upgrade --home {self.root}"
            )
        raise SettingsError(
            f"The home {self.root} has format {found}, which is newer than this version of Throughline knows "
            f"({FORMAT}). Update Throughline (git pull, then make test), or use another --home."
        )

    def settings(self) -> dict[str, Any]:
        """``settings.yml`` of the home, or nothing: a home needs no settings to start."""
        path = self.root / "settings.yml"
        if not path.exists():
            return {}
        try:
            settings = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except yaml.YAMLError as error:
            raise SettingsError(f"{path} is not YAML: {error}") from error
        if not isinstance(settings, dict):
            raise SettingsError(
                f"{path} should hold a mapping such as `tools: {{moodle: {{timezone: Europe/Berlin}}}}`."
            )
        return settings
