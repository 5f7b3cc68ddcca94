"""dbt in a process of its own, on a project that has been parsed already.

    python -P dbt_process.py target/for_runs/partial_parse.msgpack build …        for        dbt build …

dbt itself would parse the project again for every home (8 s), because all that it remembers of the last time hangs
on the path of the database. In a parsed project only one thing depends on the home: where landing lies.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.parser.manifest import extended_mashumuro_decoder

_HANDLED, _UNHANDLED = 1, 2
"""How dbt ends when nodes failed, and when it could not work at all."""


def parsed(path: Path, home: str) -> Manifest:
    """What dbt kept of the parsed project, for one home."""
    manifest: Manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    for source in manifest.sources.values():
        source.meta["home"] = home
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def main() -> int:
    path, *command = sys.argv[1:]
    result = dbtRunner(manifest=parsed(Path(path), os.environ["THROUGHLINE_HOME"])).invoke(command)
    if result.exception is not None:
        print(f"{type(result.exception).__name__}: {result.exception}", file=sys.stderr)
        return _UNHANDLED
    return 0 if result.success else _HANDLED


if __name__ == "__main__":
    sys.exit(main())
