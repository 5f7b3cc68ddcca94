"""Publish: a build that was guarded becomes a version that readers see, whole or not at all.

    warehouse.duckdb --copy aside--> learning-<version>.duckdb, Parquet, effects/*.html --flip the links-->
        learning.duckdb, parquet, effects

It fails closed: without a passing result of every critical guard for this very build, or where the warehouse
holds another build than the one that was guarded, the last version stays and the reason is said. A reader that
has the old file open keeps it; nobody is ever blocked (two processes can't share a DuckDB file that is written).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from connectors import landing
from connectors.errors import ThroughlineError
from connectors.home import Home
from pipelines import activity_decisions, guards
from pipelines.effects.pages import pages_folder
from pipelines.identities import decisions_file
from pipelines.organisation import organisation
from pipelines.readership import Readership
from pipelines.restatement import note_restatements
from pipelines.settings import CHECKOUT, as_of
from pipelines.warehouse import artifacts, connected, current_build, dbt_run

SCHEMAS = ("marts", "metrics", "trust")
"""What readers can rely on; nothing else of the warehouse is copied, nor all of that (`readership`)."""

KEPT_VERSIONS = 5
_STORAGE_VERSION = "v1.0.0"
"""Written so that DuckDB clients from 1.0 on can open it: BI drivers lag behind."""


class Withheld(ThroughlineError):
    """The build was not published. ``reasons`` has a line for each; the last version is still in place."""

    def __init__(self, build_id: str, reasons: tuple[str, ...]) -> None:
        listed = "\n".join(f"  - {reason}" for reason in reasons)
        super().__init__(f"Build {build_id[:8]} was withheld; the published version stays in place, because:\n{listed}")
        self.reasons = reasons


@dataclass(frozen=True)
class Version:
    version: str
    build_id: str
    published_at: datetime
    tables: int
    rows: int


@dataclass(frozen=True)
class Table:
    """A table of a published schema: ``name`` as readers see it, ``source`` as it stands in the warehouse."""

    schema: str
    name: str
    source: str


Meanings = dict[tuple[str, str], tuple[str, dict[str, str]]]
"""(schema, table) → what the table means, and what each column means."""

_PIPELINE_TABLES = (
    Table("trust", "guard_results", "guards.guard_result"),
    Table("trust", "versions", "publishing.version"),
    Table("trust", "restatements", "publishing.restatement"),
    Table("trust", "restatement_causes", "publishing.restatement_cause"),
)
"""Tables of ``trust`` that the pipelines keep; everything else there is a dbt model."""


def publish(home: Home, build_id: str, *, accept_empty: bool = False) -> Version:
    """Publish the build that the warehouse holds. Raises :class:`Withheld`.

    ``accept_empty`` publishes although a table that had rows has none any more.
    """
    manifest = dbt_run(home).manifest
    readership = Readership(manifest)
    with connected(home) as connection:
        _refuse_unguarded(home, connection, build_id, None if accept_empty else readership)
        published_at = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
        name = f"{published_at:%Y%m%dT%H%M%SZ}-{build_id[:8]}"
        semantic_manifest = artifacts(home) / "semantic_manifest.json"
        note_restatements(
            connection, home.published_database, (manifest, semantic_manifest), name, as_of(), logic_hash()
        )
        version = _note_version(connection, readership, name, build_id, published_at, inputs_hash(home))
        tables = list(_tables(connection, readership))
        aside = home.published / f".learning-{name}.aside"
        shutil.rmtree(aside, ignore_errors=True)
        (aside / "parquet").mkdir(parents=True)
        _write_database(connection, tables, aside / "learning.duckdb", _documented(manifest))
        _write_parquet(connection, tables, aside / "parquet")
    _copy_pages(home, aside / "effects")
    _flip(home, name, aside)
    _retire(home)
    return version


def _refuse_unguarded(
    home: Home, connection: duckdb.DuckDBPyConnection, build_id: str, readership: Readership | None
) -> None:
    """Raise where a guard failed or, for a ``readership``, where one of its tables has lost all its rows."""
    held = current_build(connection)
    if held != build_id:
        raise Withheld(build_id, (f"the warehouse holds build {held or 'none'}, which another run made. Run again.",))
    expected = guards.expected_critical(dbt_run(home).manifest, guards.load_suites())
    verdict = guards.verdict(connection, build_id, expected)
    reasons = verdict.reasons if not verdict.publishable else ()
    if readership is not None:
        reasons = (*reasons, *_emptied(home, connection, readership))
    if reasons:
        raise Withheld(build_id, reasons)


def _emptied(home: Home, connection: duckdb.DuckDBPyConnection, readership: Readership) -> Iterator[str]:
    """Tables with rows in the published version and none in this build: readers must never silently see nothing."""
    current = home.published / "parquet"
    for table in _tables(connection, readership):
        if table.schema != "marts":
            continue
        before = current / table.schema / f"{table.name}.parquet"
        if before.exists() and pq.read_metadata(before).num_rows and not _count(connection, table):
            yield (
                f"{table.schema}.{table.name} has no rows any more, the published version has some. Next: look at what "
                "was landed (`throughline status`); if it is right, run `throughline run --accept-empty`."
            )


def _count(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    row = connection.execute(f"select count(*) from {table.source}").fetchone()
    return int(row[0]) if row else 0


def _tables(connection: duckdb.DuckDBPyConnection, readership: Readership) -> Iterator[Table]:
    """The tables of the warehouse that the readers see."""
    own = (
        "select table_schema, table_name, list(column_name) from information_schema.columns "
        "where table_schema in ('marts', 'metrics', 'trust') group by all order by table_schema, table_name"
    )
    for schema, name, columns in connection.execute(own).fetchall():
        if readership.sees(schema, name, columns):
            yield Table(schema, name, f'{schema}."{name}"')
    for table in _PIPELINE_TABLES:
        schema, name = table.source.split(".")
        known = "select 1 from information_schema.tables where table_schema = ? and table_name = ?"
        if connection.execute(known, [schema, name]).fetchone():
            yield table


def _note_version(
    connection: duckdb.DuckDBPyConnection,
    readership: Readership,
    name: str,
    build_id: str,
    published_at: datetime,
    inputs: str,
) -> Version:
    """Add this version to the list that is published with it; its tables and rows."""
    connection.execute("create schema if not exists publishing")
    connection.execute(
        "create table if not exists publishing.version (version varchar, build_id varchar, published_at timestamp, "
        "as_of date, tables bigint, row_count bigint, inputs_hash varchar)"
    )
    tables = list(_tables(connection, readership))
    rows = sum(_count(connection, table) for table in tables)
    connection.execute("delete from publishing.version where build_id = ?", [build_id])
    connection.execute(
        "insert into publishing.version values (?, ?, ?, ?, ?, ?, ?)",
        [name, build_id, published_at, as_of(), len(tables), rows, inputs],
    )
    return Version(name, build_id, published_at, len(tables), rows)


def _write_database(connection: duckdb.DuckDBPyConnection, tables: list[Table], path: Path, meanings: Meanings) -> None:
    connection.execute(f"attach '{path}' as publication (storage_version '{_STORAGE_VERSION}')")
    try:
        for schema in SCHEMAS:
            connection.execute(f"create schema publication.{schema}")
        for table in tables:
            connection.execute(
                f'create table publication.{table.schema}."{table.name}" as select * from {table.source}'
            )
            _comment(connection, table, meanings)
        connection.execute("checkpoint publication")
    finally:
        connection.execute("detach publication")


def _comment(connection: duckdb.DuckDBPyConnection, table: Table, meanings: Meanings) -> None:
    """What the table and its columns mean travels with them: an analyst sees it in any client."""
    target = f'publication.{table.schema}."{table.name}"'
    about, columns = meanings.get((table.schema, table.name)) or _commented(connection, table)
    if about:
        connection.execute(f"comment on table {target} is {_quoted(about)}")
    for column, meaning in columns.items():
        connection.execute(f'comment on column {target}."{column}" is {_quoted(meaning)}')


def _documented(manifest: dict[str, Any]) -> Meanings:
    """What dbt's documentation says of every model, by schema and name as readers see them."""
    return {
        (node["schema"], node["alias"]): (
            node["description"],
            {name: column["description"] for name, column in node["columns"].items() if column["description"]},
        )
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
    }


def _commented(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[str, dict[str, str]]:
    """What the pipelines wrote as comments on a table of their own."""
    schema, name = table.source.replace('"', "").split(".")
    columns = connection.execute(
        "select column_name, comment from duckdb_columns() where database_name = current_database() "
        "and schema_name = ? and table_name = ? and comment is not null",
        [schema, name],
    ).fetchall()
    return "", dict(columns)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _write_parquet(connection: duckdb.DuckDBPyConnection, tables: list[Table], folder: Path) -> None:
    for table in tables:
        (folder / table.schema).mkdir(exist_ok=True)
        path = folder / table.schema / f"{table.name}.parquet"
        connection.execute(f"copy (select * from {table.source}) to '{path}' (format parquet, compression zstd)")


def _copy_pages(home: Home, folder: Path) -> None:
    """The pages of effect cards: they stand beside the tables of the version that they were made with."""
    made = pages_folder(home)
    shutil.copytree(made, folder) if made.exists() else folder.mkdir()


def _flip(home: Home, name: str, aside: Path) -> None:
    """Make the finished files visible under their own names, then point the links at them, each in one step."""
    pages = (aside / "effects").glob("*.html")
    for path in (aside / "learning.duckdb", *(aside / "parquet").rglob("*.parquet"), *pages):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    os.replace(aside / "learning.duckdb", home.published / f"learning-{name}.duckdb")
    folders = ("parquet", "effects")
    for folder in folders:
        os.replace(aside / folder, home.published / f"{folder}-{name}")
    aside.rmdir()
    for folder in folders:
        _point(home.published / folder, f"{folder}-{name}")
    _point(home.published_database, f"learning-{name}.duckdb")


def _point(link: Path, target: str) -> None:
    aside = link.with_name(f".{link.name}.link")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    os.replace(aside, link)


def _retire(home: Home) -> None:
    """Remove versions beyond those that are kept, and what a publication that died left aside."""
    versions = sorted(home.published.glob("learning-*.duckdb"))
    for path in versions[:-KEPT_VERSIONS]:
        path.unlink()
        for folder in ("parquet", "effects"):
            shutil.rmtree(home.published / path.stem.replace("learning", folder, 1), ignore_errors=True)
    for path in home.published.glob(".learning-*.aside"):
        shutil.rmtree(path, ignore_errors=True)


def published_version(home: Home) -> str | None:
    """The version that readers see now."""
    link = home.published_database
    return link.readlink().name.removeprefix("learning-").removesuffix(".duckdb") if link.is_symlink() else None


def published_inputs(home: Home) -> str | None:
    """The hash of the inputs of the version that readers see now."""
    if not home.published_database.exists():
        return None
    with duckdb.connect(os.fspath(home.published_database.resolve()), read_only=True) as connection:
        row = connection.execute("select inputs_hash from trust.versions where version = ?", [published_version(home)])
        found = row.fetchone()
    return str(found[0]) if found else None


_LOGIC = ("connectors", "identity", "transfer", "pipelines", "dbt_project", "expectations")


def inputs_hash(home: Home) -> str:
    """Hash of all that a version depends on: landed units, links, decisions, the logic in the checkout, and the day.

    The same hash means the same figures, which is what lets a rerun end before it builds.
    """
    digest = hashlib.sha256(f"{as_of().isoformat()} {organisation(home)}".encode())
    for row in landing.ledger(home).select(["tool", "unit", "record_kind", "landed_at"]).to_pylist():
        digest.update(repr(row).encode())
    links = ("identity_links/v1/links.parquet", "person_aliases/v1/aliases.parquet")
    decided = decisions_file(home), activity_decisions.decisions_file(home)
    for path in (*(home.landing / name for name in links), *decided):
        digest.update(path.read_bytes() if path.exists() else b"-")
    digest.update(logic_hash().encode())
    return digest.hexdigest()


def logic_hash() -> str:
    """Hash of the code, models, settings and seeds in the checkout that figures are made by."""
    digest = hashlib.sha256()
    for path in sorted(_logic()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _logic() -> Iterator[Path]:
    for folder in _LOGIC:
        for path in (CHECKOUT / folder).rglob("*"):
            if path.suffix in {".py", ".sql", ".yml", ".yaml", ".csv"} and not {"target", "logs"} & set(path.parts):
                yield path
