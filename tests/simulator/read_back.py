"""What a connector makes of the files that an export wrote, in the order in which they left the tool."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.exports import Export
from simulator.exports.files import Folder, WrittenFile
from simulator.world.happenings import Happenings
from simulator.world.world import World
from tests.connectors.mapped import Mapped, map_file


@dataclass(frozen=True)
class ReadBack:
    """The files of a tool, and what each was mapped to."""

    files: list[WrittenFile]
    mapped: list[Mapped]
    kind: str

    def latest(self) -> pd.DataFrame:
        """The landed rows, of each record the one from the latest file, as the warehouse takes them."""
        rows = [row for mapped in self.mapped for row in mapped.rows(self.kind)]
        return pd.DataFrame(rows).drop_duplicates("record_key", keep="last", ignore_index=True)

    def rejects(self) -> list[dict[str, Any]]:
        return [row for mapped in self.mapped for row in mapped.rejects(self.kind)]

    def refuse_imbalance(self) -> None:
        """Every file holds the records, the rejected and the repeated ones that the export says it planted."""
        for file, mapped in zip(self.files, self.mapped, strict=True):
            read, _, rejected, duplicate = mapped.counts(self.kind)
            planted = (file.counts["records"], file.counts.get("rejected", 0), file.counts.get("duplicate", 0))
            assert (read, rejected, duplicate) == planted, file.path


def read_back(
    export: type[Any], tool: str, kind: str, world: World, months: list[Happenings], scratch: Path
) -> ReadBack:
    """Run an export over months, and its tool's connector over what it wrote."""
    folder = Folder(scratch / "inbox", tool)
    running: Export = export(world, folder)
    for happened in months:
        running.month(happened)
    mapped = [map_file(folder.root / file.path, tool, scratch / f"mapped-{i}") for i, file in enumerate(folder.files)]
    return ReadBack(folder.files, mapped, kind)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
