"""What becomes of each record of a kind: landed, rejected, or a duplicate.

    keyed --repeats--> fated --sums--> fated

Windows run only over records whose key stands more than once, because in most originals none does.

A record that is added up of parts (``adds_up``) lands once; its parts are told apart, and their fates decided, like
records of their own.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from connectors.mapping.setting import Setting
from connectors.records import Privacy, RecordKind


def create_fates(setting: Setting, kind: RecordKind, adds_up: Collection[str] = ()) -> dict[str, int]:
    """The view ``fated``: ``keyed`` with each record's occurrence among its equals and its fate; counts the fates.

    Fates: ``landed``, ``rejected``, ``duplicate``, and ``same`` for further mentions of one entity in an export
    that isn't a list of them (``distinct``) and for further parts of one record (``adds_up``), which count as no
    record of their own.
    """
    records, faulty = setting.run("SELECT count(*), count(problem) FROM keyed_rows").fetchall()[0]
    keys = _count_keys(setting)
    has_repeats = keys < records - faulty
    if has_repeats:
        _create_repeats(setting, kind)
    nth, fate = ("coalesce(nth, 1)", "coalesce(fate, 'landed')") if has_repeats else ("1", "'landed'")
    fated = (
        f"SELECT keyed.*, {nth} AS nth, "
        f"CASE WHEN problem IS NOT NULL THEN 'rejected' ELSE {fate} END AS fate FROM keyed"
        + (" LEFT JOIN repeats ON keyed.record = repeats.record" if has_repeats else "")
    )
    if adds_up:
        fated = _with_sums(setting, kind, adds_up, fated)
    setting.run(f"CREATE OR REPLACE TEMP VIEW fated AS {fated}")
    if not has_repeats and not adds_up:
        return {"landed": keys, "rejected": faulty}
    fates = dict(setting.run("SELECT fate, count(*) FROM fated GROUP BY fate").fetchall())
    return fates | {"same": records - sum(n for fate, n in fates.items() if fate != "same")}


def _count_keys(setting: Setting) -> int:
    """How many different keys the sound records have. Sorting their hashes costs a third of grouping by them."""
    found = setting.run("SELECT key_hash FROM keyed_rows WHERE problem IS NULL").fetchnumpy()["key_hash"]
    found.sort()
    return int(np.count_nonzero(found[1:] != found[:-1])) + bool(len(found))


def _with_sums(setting: Setting, kind: RecordKind, adds_up: Collection[str], fated: str) -> str:
    """The query ``fated`` with the table ``sums`` in place of the parts that would land.

    Numbers are added in their own order, because a sum of fractions depends on it.
    """
    held = {
        c.name: f'list_sum(list("{c.name}" ORDER BY "{c.name}"))' if c.name in adds_up else f'any_value("{c.name}")'
        for c in kind.columns
        if c.privacy is not Privacy.VAULT
    }
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in held.items())
    setting.run(
        "CREATE OR REPLACE TEMP TABLE sums AS SELECT min(source_number) AS source_number, "
        f"min(source_line) AS source_line, {columns}, part_of AS key_text, 1 AS nth, 'landed' AS fate "
        f"FROM ({fated}) WHERE fate = 'landed' AND part_of IS NOT NULL GROUP BY part_of"
    )
    others = f"SELECT * FROM ({fated}) WHERE fate <> 'landed' OR part_of IS NULL"
    return f"{others} UNION ALL BY NAME SELECT * FROM sums"


def _create_repeats(setting: Setting, kind: RecordKind) -> None:
    """The table ``repeats``: occurrence and fate of every record whose key stands more than once."""
    repeated = "SELECT key_hash FROM keyed_rows WHERE problem IS NULL GROUP BY 1 HAVING count(*) > 1"
    content = ", ".join(f'"{column.name}"' for column in kind.columns)
    versions = "nth_alike = 1 THEN 'landed' ELSE 'duplicate'"
    conflicts = "content = first_content THEN 'duplicate' ELSE 'rejected'"
    later = f"CASE WHEN is_mention THEN 'same' WHEN {versions if kind.keeps_versions else conflicts} END"
    fate = "'landed'" if kind.repeats else f"CASE WHEN nth = 1 THEN 'landed' ELSE {later} END"
    in_order = "ORDER BY source_number, source_line, record"
    content_hash = "0" if kind.repeats else f"md5(row({content})::VARCHAR)"
    setting.run(
        f"CREATE OR REPLACE TEMP TABLE repeats AS WITH alike AS ("
        f"SELECT record, source_number, source_line, is_mention, key_text, {content_hash} AS content "
        f"FROM keyed WHERE problem IS NULL AND key_hash IN ({repeated})), "
        "numbered AS (SELECT record, is_mention, content, row_number() OVER same_key AS nth, "
        "first_value(content) OVER same_key AS first_content, "
        f"row_number() OVER (PARTITION BY key_text, content {in_order}) AS nth_alike FROM alike "
        f"WINDOW same_key AS (PARTITION BY key_text {in_order})) SELECT record, nth, {fate} AS fate FROM numbered"
    )
