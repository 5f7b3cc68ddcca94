"""What is asked of the cluster: dbt's builds, statements in SQL, and where the tables lie as files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.home import Home
from pipelines.settings import DBT_PROJECT, as_of
from pipelines.voiding import voiding_authorities
from tests.dbt_project.spark import cluster


@dataclass(frozen=True)
class Spark:
    """A cluster, the dbt target that writes to it, and the folder where its tables lie as files."""

    folder: Path
    port: int

    @property
    def semantic_manifest(self) -> Path:
        """The metrics' declarations over Spark's tables, as the last build left them."""
        return self._made / "semantic_manifest.json"

    @property
    def _made(self) -> Path:
        return self.folder / "dbt"

    def build(self, home: Home) -> None:
        """Build every model over what has landed, or add what is new to what was built before.

        Tests of the tables are left out: they would look at rows that are compared with those that DuckDB has tested.
        """
        self._dbt(home, "run-operation", "landing_tables")
        self._dbt(home, "build", "--exclude-resource-type", "test", "unit_test")

    def _dbt(self, home: Home, *command: str) -> None:
        settings = {
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "THROUGHLINE_HOME": os.fspath(home.root),
            "THROUGHLINE_AS_OF": as_of().isoformat(),
            "THROUGHLINE_VOIDING_AUTHORITIES": ",".join(voiding_authorities(home)),
            "THROUGHLINE_SPARK_PORT": str(self.port),
        }
        places = ["--project-dir", os.fspath(DBT_PROJECT), "--profiles-dir", os.fspath(DBT_PROJECT)]
        places += ["--target", "spark", "--target-path", os.fspath(self._made), "--log-path", os.fspath(self._made)]
        _run(cluster.ENVIRONMENT, ["dbt", "--quiet", *command, *places], settings)

    def execute(self, statements: Sequence[str]) -> None:
        """Run statements one after the other, by Spark's own client."""
        file = self.folder / "statements.sql"
        file.write_text(";\n".join(statements) + ";\n", encoding="utf-8")
        where = f"jdbc:hive2://127.0.0.1:{self.port}/"
        beeline = ["beeline", "--silent=true", "-n", "parity", "-u", where, "-f", os.fspath(file)]
        _run(cluster.home(), beeline, {"SPARK_HOME": os.fspath(cluster.home())})

    def rows(self, schema: str, table: str) -> str | None:
        """A relation of DuckDB's over the files of one table; None where Spark wrote no file, which is no row."""
        files = self.folder / "warehouse" / f"{schema}.db" / table
        assert files.is_dir(), f"Spark did not build {schema}.{table}"
        if not any(files.rglob("*.parquet")):
            return None
        return f"read_parquet('{files}/**/*.parquet', hive_partitioning=true, hive_types_autocast=false)"


def _run(installed: Path, command: Sequence[str], settings: dict[str, str]) -> None:
    program = os.fspath(installed / "bin" / command[0])
    done = subprocess.run(
        [program, *command[1:]], env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
