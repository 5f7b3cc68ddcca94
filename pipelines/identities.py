"""KNOW, run: resolve tokens over what has landed, and land the links; unchanged links leave no trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import SettingsError
from connectors.files import write_table
from connectors.home import Home
from connectors.landing import table_schema
from connectors.records import RECORD_KINDS
from identity.decisions import FILE_NAME as DECISIONS
from identity.decisions import Decision, DecisionInvalid, read_decisions
from identity.resolve import resolve
from identity.use import TOKENS, sum_up
from identity.vault import Vault
from pipelines.progress import stage


def write_identities(home: Home) -> Counter[str]:
    """Resolve and write ``identity_links`` and ``person_aliases``; returns tokens by state, and persons minted."""
    with stage("resolve identities"):
        landed = home.landed("people"), home.landed("accounts")
        resolution = resolve(*landed, _mentions(home), Vault(home.vault), decisions(home), _use(home))
        _replace(home, "identity_links", "links", resolution.links)
        _replace(home, "person_aliases", "aliases", _dated(home, resolution.aliases))
    counts = Counter({str(state): int(n) for state, n in resolution.links["state"].value_counts().items()})
    counts["minted"] = resolution.minted
    return counts


def _use(home: Home) -> Path:
    """How accounts were used day by day, summed up for what is new."""
    folder = home.warehouse / "identity_use"
    for kind in TOKENS:
        sum_up(kind, home.landed(kind), folder / kind)
    return folder


def decisions_file(home: Home) -> Path:
    """Where people's decisions about who is who are kept, to be put under version control as it is."""
    return home.restricted / DECISIONS


def decisions(home: Home) -> list[Decision]:
    """What persons decided. Raises SettingsError where their file can't be read."""
    try:
        return read_decisions(decisions_file(home))
    except DecisionInvalid as error:
        raise SettingsError(str(error)) from error


def _mentions(home: Home) -> Iterator[tuple[Path, str]]:
    """Columns by which records say whose they are. Who taught, decided or observed is no learner by that alone."""
    for name, kind in RECORD_KINDS.items():
        for column in {"person_token", "actor_token"} & kind.by_name.keys():
            yield home.landed(name), column


def _dated(home: Home, aliases: pd.DataFrame) -> pd.DataFrame:
    """Aliases that were known keep the moment at which they were first merged."""
    path = home.landed("person_aliases") / "aliases.parquet"
    if not path.exists():
        return aliases
    known = pq.read_table(path).to_pandas()
    pair = ["former_person_key", "person_key"]
    merged = aliases.merge(known, on=pair, how="left", suffixes=("_now", ""))
    return merged.assign(merged_at=merged["merged_at"].fillna(merged["merged_at_now"]))[aliases.columns]


def _replace(home: Home, table: str, name: str, frame: pd.DataFrame) -> None:
    schema = table_schema(table)
    new = pa.Table.from_pandas(frame, schema=schema, preserve_index=False).replace_schema_metadata(None)
    path = home.landed(table) / f"{name}.parquet"
    if not path.exists() or not pq.read_table(path).equals(new):
        write_table(new, path)
