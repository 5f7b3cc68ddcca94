"""What is timed, each in a process of its own: ``python -m benchmarks.contenders NAME ARGUMENTS`` prints one JSON line.

    ingest    the real landing path: archive hash, tokens, exact rules, flatten, ledger, rejects, Parquet
    flatten   DuckDB's typed flatten of the same file to Parquet: no rules, no tokens, no ledger
    read      DuckDB's typed read of the same fields, nothing written: the limit of what this machine can do
    pandas    json_normalize of the same file to Parquet: no rules, all in memory
    run       `throughline run` on a home whose inbox is filled
    copy_table, land_table   a CSV file: DuckDB's bare copy to Parquet, and landed through a declaration
    consolidate, copy_fact   dbt's models of a landing zone, all of them; and the columns of the largest fact once more
    history   dbt's models of a landing zone, all of them; and then those that its last days touch
    group_time, diff_diff    effects of a panel in memory: ours, and the package's
    study                    a whole study of a panel in memory

Seconds are of the work, without the start of Python; memory is the process's peak, children included.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from connectors.home import Home

Measured = dict[str, Any]

COLUMNS = """{
    id: 'VARCHAR', timestamp: 'VARCHAR', stored: 'VARCHAR', version: 'VARCHAR',
    actor: 'STRUCT(mbox VARCHAR, mbox_sha1sum VARCHAR, openid VARCHAR, "objectType" VARCHAR,
        account STRUCT("homePage" VARCHAR, "name" VARCHAR))',
    verb: 'STRUCT(id VARCHAR, display MAP(VARCHAR, VARCHAR))',
    object: 'STRUCT(id VARCHAR, "objectType" VARCHAR,
        definition STRUCT("type" VARCHAR, "name" MAP(VARCHAR, VARCHAR), extensions JSON))',
    result: 'STRUCT(score STRUCT(scaled DOUBLE, raw DOUBLE, min DOUBLE, max DOUBLE), success BOOLEAN,
        completion BOOLEAN, duration VARCHAR, extensions JSON)',
    context: 'STRUCT(registration VARCHAR, platform VARCHAR, "language" VARCHAR, extensions JSON,
        "contextActivities" JSON)',
    authority: 'STRUCT("objectType" VARCHAR, account STRUCT("homePage" VARCHAR, "name" VARCHAR))'
}"""

FLAT = f"""
select
    lower(id) as statement_id,
    coalesce(actor.mbox, actor.mbox_sha1sum, actor.openid, actor.account.name) as actor,
    actor.account."homePage" as actor_home_page, actor."objectType" as actor_kind,
    verb.id as verb_id, object.id as object_id, object."objectType" as object_kind,
    object.definition."type" as activity_type, map_values(object.definition."name")[1] as activity_name,
    object.definition.extensions as activity_extensions,
    result.score.scaled as score_scaled, result.score.raw as score_raw, result.score.min as score_min,
    result.score.max as score_max, result.success as is_success, result.completion as is_completion,
    result.duration as duration_text, result.extensions as result_extensions,
    context.registration as registration, context.platform as platform, context."language" as language,
    context.extensions as context_extensions, context."contextActivities" as context_activities,
    authority.account.name as authority, try_cast(timestamp as timestamptz) as occurred_at,
    try_cast(stored as timestamptz) as stored_at, version as xapi_version
from read_json(?, format = 'newline_delimited', columns = {COLUMNS}, maximum_object_size = 16777216)
"""


def ingest(file: str, home: str) -> Measured:
    from pipelines.landing import land_tool
    from pipelines.settings import declarations, open_tokeniser, use_home

    opened = use_home(Path(home)).open()
    declaration, tokeniser = declarations(opened)["xapi"], open_tokeniser(opened)
    with _dropped(opened, "xapi", Path(file)):
        began = perf_counter()
        landed = land_tool(opened, declaration, tokeniser)
        seconds = perf_counter() - began
    rows = landed.rows("statements")
    stored = str(opened.landed("statements", "xapi") / "*.parquet")
    return {"seconds": seconds, "rejected": rows["rejected"], **_counted(f"read_parquet('{stored}')")}


def flatten(file: str, to: str) -> Measured:
    began = perf_counter()
    duckdb.execute(f"copy ({FLAT}) to '{to}' (format parquet, compression zstd)", [file])
    seconds = perf_counter() - began
    return {"seconds": seconds, "rejected": 0, **_counted(f"read_parquet('{to}')")}


def read(file: str) -> Measured:
    """Every field is looked at (its longest text or its sum), so that none can be skipped."""
    relation = duckdb.sql(FLAT, params=[file])
    looked_at = ", ".join(f'max("{name}"::varchar)' for name in relation.columns if name != "statement_id")
    began = perf_counter()
    told = duckdb.execute(f"select count(*), bit_xor(hash(statement_id)), {looked_at} from ({FLAT})", [file]).fetchone()
    seconds = perf_counter() - began
    assert told is not None
    return {"seconds": seconds, "rejected": 0, "rows": told[0], "ids": str(told[1])}


def pandas(file: str, to: str) -> Measured:
    import pandas as pd

    began = perf_counter()
    with Path(file).open("rb") as lines:
        frame = pd.json_normalize([json.loads(line) for line in lines])
    frame.to_parquet(to, compression="zstd")
    seconds = perf_counter() - began
    rows, ids = duckdb.sql(f"select count(*), bit_xor(hash(lower(id))) from read_parquet('{to}')").fetchone()  # type: ignore[misc]
    return {"seconds": seconds, "rejected": 0, "rows": rows, "ids": str(ids)}


def run(home: str) -> Measured:
    from connectors import landing
    from pipelines import runs
    from pipelines.progress import watched_by
    from pipelines.settings import use_home

    opened = use_home(Path(home)).open()
    began = perf_counter()
    with watched_by(lambda *_: None) as stages:
        outcome = runs.run(opened)
    seconds = perf_counter() - began
    ledger = landing.ledger(opened).to_pylist()
    units = {(row["tool"], row["unit"]): row["source_rows"] for row in ledger}
    return {
        "seconds": seconds, "outcome": outcome.outcome, "reasons": outcome.reasons, "files": len(units),
        "rows": sum(row["rows_read"] for row in ledger), "stages": dict(stages),
    }  # fmt: skip


def copy_table(file: str, delimiter: str, to: str) -> Measured:
    began, processor = perf_counter(), process_time()
    cells = f"from read_csv('{file}', all_varchar = true, header = true, delim = '{delimiter}')"
    (rows,) = duckdb.execute(f"copy ({cells}) to '{to}' (format parquet, compression zstd)").fetchone() or (0,)
    return {"seconds": perf_counter() - began, "processor": process_time() - processor, "rows": rows, "rejected": 0}


def land_table(file: str, tool: str, home: str) -> Measured:
    from connectors.declaration import CATALOGUE, load
    from pipelines.landing import land_tool
    from pipelines.settings import open_tokeniser, use_home

    opened = use_home(Path(home)).open()
    declaration, tokeniser = load(CATALOGUE / f"{tool}.yaml"), open_tokeniser(opened)
    with _dropped(opened, tool, Path(file)):
        began, processor = perf_counter(), process_time()
        landed = land_tool(opened, declaration, tokeniser)
        seconds, processor = perf_counter() - began, process_time() - processor
    (unit,) = landed.units
    first = unit.rows[0]
    rows = {"rows": first["source_rows"], "rejected": sum(row["rows_rejected"] for row in unit.rows)}
    return {"seconds": seconds, "processor": processor, **rows}


def consolidate(home: str) -> Measured:
    from benchmarks.increments import Dbt
    from connectors.home import Home

    built = Dbt(Path(home)).build("--full-refresh", threads=2)
    with duckdb.connect(Home(Path(home)).database, read_only=True) as warehouse:
        (rows,) = warehouse.execute("select count(*) from marts.fct_learning_event").fetchone() or (0,)
    return {"seconds": built.wall, "processor": built.processor, "rows": rows, "models": len(built.models)}


def copy_fact(home: str) -> Measured:
    from connectors.home import Home

    with duckdb.connect(Home(Path(home)).database) as warehouse:
        began, processor = perf_counter(), process_time()
        warehouse.execute("create or replace table main.copied as from marts.fct_learning_event")
        seconds, processor = perf_counter() - began, process_time() - processor
        (rows,) = warehouse.execute("select count(*) from main.copied").fetchone() or (0,)
        warehouse.execute("drop table main.copied")
    return {"seconds": seconds, "processor": processor, "rows": rows}


def history(home: str, landed: str, statements: str, blocks: str) -> Measured:
    from benchmarks.increments import measure, summary

    return summary(list(measure(Path(home), Path(landed), int(statements), int(blocks))))


def group_time(file: str) -> Measured:
    import pandas as pd

    from transfer.effect import aggregation, cells, group_time, long_table

    table = pd.read_parquet(file)
    began, processor = perf_counter(), process_time()
    panel = long_table.panel_of(table, long_table.Columns("unit", "period", "start", "outcome"))
    found = aggregation.aggregations(group_time.group_time(panel, cells.cells_of(panel)))
    seconds, processor = perf_counter() - began, process_time() - processor
    overall = found["simple"].overall
    return {"seconds": seconds, "processor": processor, **_estimated(overall.estimate, overall.standard_error)}


def diff_diff(file: str) -> Measured:
    import pandas as pd
    from diff_diff import CallawaySantAnna

    table = pd.read_parquet(file)
    columns = {"outcome": "outcome", "unit": "unit", "time": "period", "first_treat": "start"}
    began, processor = perf_counter(), process_time()
    found = CallawaySantAnna(n_bootstrap=0).fit(table, **columns)
    for kind in ("simple", "event_study", "group"):
        found.aggregate(kind)
    seconds, processor = perf_counter() - began, process_time() - processor
    return {"seconds": seconds, "processor": processor, **_estimated(found.overall_att, found.overall_se)}


def study(file: str) -> Measured:
    import pandas as pd

    from transfer.effect import long_table, study

    table = pd.read_parquet(file)
    began, processor = perf_counter(), process_time()
    found = study.estimate(long_table.panel_of(table, long_table.Columns("unit", "period", "start", "outcome")))
    seconds, processor = perf_counter() - began, process_time() - processor
    return {"seconds": seconds, "processor": processor, "p": found.permutation.p}


def _estimated(estimate: float, error: float) -> Measured:
    return {"estimate": round(float(estimate), 9), "error": round(float(error), 9)}


@contextmanager
def _dropped(home: Home, tool: str, file: Path) -> Iterator[None]:
    """The file in the tool's inbox, as somebody left it there a minute ago; afterwards it is where it was."""
    from connectors import archive

    (home.inbox / tool).mkdir()
    a_minute_ago = file.stat().st_mtime - 60
    os.utime(file, (a_minute_ago, a_minute_ago))
    file.rename(home.inbox / tool / file.name)
    yield
    (original,) = archive.originals(home, tool)
    os.link(original.path, file)


def _counted(table: str) -> Measured:
    rows, ids = duckdb.sql(f"select count(*), bit_xor(hash(statement_id)) from {table}").fetchone()  # type: ignore[misc]
    return {"rows": rows, "ids": str(ids)}


CONTENDERS: dict[str, Callable[..., Measured]] = {
    "ingest": ingest, "flatten": flatten, "read": read, "pandas": pandas, "run": run,
    "copy_table": copy_table, "land_table": land_table, "consolidate": consolidate,
    "copy_fact": copy_fact, "history": history, "group_time": group_time, "diff_diff": diff_diff, "study": study,
}  # fmt: skip


def main() -> None:
    name, *arguments = sys.argv[1:]
    measured = CONTENDERS[name](*arguments)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({**measured, "peak_mb": peak / 1024}))


if __name__ == "__main__":
    main()
