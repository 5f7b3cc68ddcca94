"""One more day through the dbt models: ``python -m benchmarks.increments`` says what it costs, whatever the history.

    a file of statements --landing--> one block of days --told again, each time later--> a landing zone of n blocks
    dbt build → one more day → dbt build → one more day → …

Everything runs in this process with dbt at hand, so start-up is not in the figures. What a model cost is the time of
the processor between its start and its end, because other programs share the machine. ``BENCH_STATEMENTS`` is the
size of a block, ``BENCH_BLOCKS`` names the histories that are compared (``1,10``); the last line holds the ratios of
each history to the first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import duckdb

from benchmarks.statements import write_statements
from connectors.home import Home
from connectors.landing import write_zero_rows

CHECKOUT = Path(__file__).resolve().parent.parent
TOOL, A_DAY, MORE_DAYS = "xapi", 14_000, 3
ORIGIN = date(2020, 1, 6)
VOIDS_AMONG = 2_800
"""One statement in so many voids another one, up to two months older: five a day."""

BLOCK = """
create table block as
with threads as (
    select
        *,
        min(occurred_at) over (partition by coalesce(registration, statement_id)) as first_at,
        lag(statement_id, (hash(statement_id) % (60 * {a_day}))::integer) over (order by stored_at, statement_id)
            as older_id
    from read_parquet('{landed}/statements/v1/{tool}/*.parquet')
),

-- What belongs together moves together, into the days of the block.
placed as (
    select *, date_diff('day', min(first_at) over (), first_at) as day_number
    from threads
),

-- One in twenty of what is told late stays late: a day of arrivals reopens some days, and not all of them.
punctual as (
    select * replace (
        case
            when stored_at > occurred_at + interval 1 hour and hash(registration) % 20 > 0
                then occurred_at + interval 1 minute
            else stored_at
        end as stored_at
    )
    from placed
),

moved as (
    select
        * exclude (first_at, older_id, day_number) replace (
            case when is_void then '{voided}' else verb_id end as verb_id,
            case when is_void then 'statement_ref' else object_kind end as object_kind,
            case when is_void then older_id else object_id end as object_id
        ),
        date '{origin}' + (day_number % {days})::integer - first_at::date as move
    from (
        select *, older_id is not null and hash(statement_id) % {voids_among} = 0 as is_void
        from punctual
    )
)

select
    * exclude (move, is_void) replace (
        occurred_at + to_days(move::integer) as occurred_at,
        occurred_date + move::integer as occurred_date,
        stored_at + to_days(move::integer) as stored_at
    ),
    (stored_at + to_days(move::integer))::date as stored_date
from moved;

create table learners as
select actor_token as token, row_number() over (order by actor_token) - 1 as place
from (select distinct actor_token from block where actor_token is not null);
"""

DAY = """
copy (
    select block.* exclude (stored_date) replace (
        '{unit}' as unit,
        -- What one did in one block, another one does in the next: nobody begins the same courses every ten weeks.
        coalesce(others.token, block.actor_token) as actor_token,
        row_number() over () as source_line,
        timestamp '{unit}' + interval 1 day as extracted_at,
        md5(statement_id || '{block}') as statement_id,
        md5(body_hash || '{block}') as body_hash,
        case when object_kind = 'statement_ref' then md5(object_id || '{block}') else object_id end as object_id,
        md5(registration || '{block}') as registration,
        md5(session_id || '{block}') as session_id,
        occurred_at + interval {later} day as occurred_at,
        occurred_date + {later} as occurred_date,
        stored_at + interval {later} day as stored_at
    )
    from block
    left join learners on block.actor_token = learners.token
    left join learners as others on (learners.place + {block}) % (select count(*) from learners) = others.place
    where block.stored_date = date '{unit}' - {later}
) to '{landing}/statements/v1/{tool}/{unit}.parquet' (format parquet, compression zstd)
"""

OF_THE_DAY = """
copy (
    select * replace ('{unit}' as unit, timestamp '{unit}' + interval 1 day as extracted_at)
    from read_parquet('{landed}/{kind}/v1/{tool}/*.parquet')
    where {column} in (
        select {told} from read_parquet('{landing}/statements/v1/{tool}/{unit}.parquet')
    )
) to '{landing}/{kind}/v1/{tool}/{unit}.parquet' (format parquet, compression zstd)
"""
WITH_STATEMENTS = (("accounts", "account_token", "actor_token"), ("activities", "activity_id", "object_id"))


@dataclass
class Build:
    """What one dbt build cost, in seconds: of the clock, of the processor, and of the processor by model.

    ``written`` is in bytes, logs included.
    """

    wall: float = 0
    processor: float = 0
    written: int = 0
    models: dict[str, float] = field(default_factory=dict)


class Zone:
    """A landing zone that is told the same block of statements again and again, each time later."""

    def __init__(self, home: Path, landed: Path, statements: int) -> None:
        self.home, self.landed, self.days = home, landed, statements // A_DAY
        (home / "warehouse").mkdir(parents=True)
        write_zero_rows(Home(home))
        for kind in ("ledger", "statements", *(kind for kind, *_ in WITH_STATEMENTS)):
            (home / "landing" / kind / "v1" / TOOL).mkdir(parents=True)
        self._db = duckdb.connect()
        self._db.execute(self._filled(BLOCK))
        self._link()

    def land(self, number: int) -> None:
        """Land the n-th day since the beginning."""
        block, unit = divmod(number, self.days)[0], (ORIGIN + timedelta(days=number)).isoformat()
        at_hand = {"unit": unit, "block": block, "later": block * self.days}
        self._db.execute(self._filled(DAY, **at_hand))
        for kind, column, told in WITH_STATEMENTS:
            self._db.execute(self._filled(OF_THE_DAY, kind=kind, column=column, told=told, **at_hand))
        for kind in ("statements", *(kind for kind, *_ in WITH_STATEMENTS)):
            self._note(kind, unit)

    def _note(self, kind: str, unit: str) -> None:
        folder = self.home / "landing" / "ledger" / "v1"
        rows = f"(select count(*) from '{self.home}/landing/{kind}/v1/{TOOL}/{unit}.parquet')"
        self._db.execute(f"""
            copy (
                select zero_rows.* replace (
                    '{TOOL}' as tool, '{kind}' as record_kind, '{unit}' as unit, '{TOOL}' as export, 'bench' as series,
                    '{unit}.ndjson' as source_file, {rows} as source_rows, {rows} as rows_read, {rows} as rows_landed,
                    0 as rows_rejected, 0 as rows_duplicate, 0 as rows_erased, 'landed' as status,
                    '1' as declaration_version, timestamp '{unit}' + interval 1 day as extracted_at,
                    timestamp '{unit}' + interval 25 hour as landed_at
                )
                from (select 1) left join '{folder}/zero_rows.parquet' as zero_rows on true
            ) to '{folder}/{TOOL}/{unit}_{kind}.parquet' (format parquet)
        """)

    def _link(self) -> None:
        folder = self.home / "landing" / "identity_links" / "v1"
        self._db.execute(f"""
            copy (
                select
                    token, row_number() over (order by token) as person_key, 'employee_number' as rule,
                    1.0::double as confidence, 'resolved' as state, null::date as valid_from, null::date as valid_to
                from (select distinct actor_token as token from block where actor_token is not null)
            ) to '{folder}/links.parquet' (format parquet)
        """)

    def _filled(self, sql: str, **values: object) -> str:
        known = {"landed": self.landed, "landing": self.home / "landing", "tool": TOOL, "days": self.days}
        made = {"a_day": A_DAY, "origin": ORIGIN, "voids_among": VOIDS_AMONG}
        return sql.format(voided="http://adlnet.gov/expapi/verbs/voided", **known, **made, **values)


class Dbt:
    """dbt at hand in this process, for one home."""

    def __init__(self, home: Path) -> None:
        os.environ |= {"THROUGHLINE_HOME": str(home), "THROUGHLINE_AS_OF": "2035-01-01", "DO_NOT_TRACK": "1"}
        from pipelines.dbt_process import parsed
        from pipelines.dbt_project import manifest_path

        self._home = home
        self._manifest = parsed(manifest_path().with_name("partial_parse.msgpack"), str(home))

    def build(self, *more: str, threads: int = 1) -> Build:
        """Build all models; one after the other, unless ``threads`` says otherwise, so that what each cost is known."""
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager
        from dbt.cli.main import dbtRunner

        built, began = Build(), {}

        def noted(event: Any) -> None:
            if event.info.name == "NodeStart":
                began[event.data.node_info.unique_id] = process_time()
            elif event.info.name == "NodeFinished" and event.data.node_info.resource_type == "model":
                name = event.data.node_info.node_name
                built.models[name] = process_time() - began[event.data.node_info.unique_id]

        project, files = CHECKOUT / "dbt_project", self._home / "warehouse" / "dbt"
        places = ["--project-dir", project, "--profiles-dir", project, "--target-path", files, "--log-path", files]
        command = ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test", *more]
        command += ["--threads", str(threads), "--log-level", "none", "--quiet"]
        clock, processor, written = perf_counter(), process_time(), _written()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runner = dbtRunner(manifest=self._manifest, callbacks=[noted])
            result = runner.invoke(
                [*command, *map(str, places), "--threads", str(threads), "--log-level", "none", "--quiet"]
            )
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
        if not result.success:
            nodes: Any = result.result or ()
            failed = [f"{each.node.name}: {each.message}" for each in nodes if each.status == "error"]
            raise RuntimeError(str(result.exception or "\n".join(failed)))
        built.wall, built.processor = perf_counter() - clock, process_time() - processor
        built.written = _written() - written
        return built


def _written() -> int:
    """Bytes that this process has handed to files so far."""
    told = dict(line.split(": ") for line in Path("/proc/self/io").read_text(encoding="ascii").splitlines())
    return int(told["wchar"])


def measure(home: Path, landed: Path, statements: int, blocks: int) -> Iterator[Build]:
    """The first build of a history, then one build for each of its last days, and one of nothing new."""
    zone = Zone(home, landed, statements)
    days = blocks * zone.days
    for number in range(days - MORE_DAYS):
        zone.land(number)
    dbt = Dbt(home)
    yield dbt.build("--full-refresh")
    for number in range(days - MORE_DAYS, days):
        zone.land(number)
        yield dbt.build()
    yield dbt.build()


def landed_block(folder: Path, statements: int) -> Path:
    """The landing zone of a file of simulated statements, which are landed as any other file is."""
    file, home = folder / "statements.ndjson", folder / "home"
    if not home.exists():
        write_statements(file, statements)
        command = [sys.executable, "-m", "benchmarks.contenders", "ingest", str(file), str(home)]
        subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    return home / "landing"


def summary(builds: list[Build]) -> dict[str, Any]:
    whole, *days, nothing = builds
    models = {name: round(median(day.models.get(name, 0) for day in days), 3) for name in days[0].models}
    return {
        "whole": round(whole.processor, 2),
        "day": round(median(day.processor for day in days), 2),
        "day_wall": round(median(day.wall for day in days), 2),
        "day_without_nodes": round(median(day.processor - nothing.processor for day in days), 2),
        "nothing_new": round(nothing.processor, 2),
        "written_mb": round(median(day.written for day in days) / 1e6, 1),
        "whole_models": {name: round(seconds, 2) for name, seconds in whole.models.items()},
        "models": dict(sorted(models.items(), key=lambda each: -each[1])),
    }


RATIOS = ("day", "day_wall", "day_without_nodes", "nothing_new", "written_mb")


def ratios(shorter: dict[str, Any], longer: dict[str, Any]) -> dict[str, float]:
    """What a day costs after the longer history, in terms of what it costs after the shorter one."""
    sizes = {"statements": longer["statements"] / shorter["statements"]}
    return sizes | {name: round(longer[name] / shorter[name], 2) for name in RATIOS}


def main() -> None:
    statements = int(os.environ.get("BENCH_STATEMENTS", "1000000"))
    histories = [int(blocks) for blocks in os.environ.get("BENCH_BLOCKS", "1,10").split(",")]
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        landed = landed_block(Path(os.environ.get("BENCH_FOLDER", folder)), statements)
        told = []
        for blocks in histories:
            home = Path(folder) / f"history_{blocks}"
            builds = list(measure(home, landed, statements, blocks))
            shutil.rmtree(home)
            told.append({"statements": blocks * statements, **summary(builds)})
            print(json.dumps(told[-1]), flush=True)
        print(json.dumps([ratios(told[0], one) for one in told[1:]]))


if __name__ == "__main__":
    main()
