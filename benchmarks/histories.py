"""A landing zone with a history of any length: one block of statements told again and again, each time later.

    a file of statements --landing--> one block of days --told again, each time later--> a landing zone of n blocks

What one learner did in one block, another one does in the next; late statements and voids of older ones are among
them.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb

from benchmarks.measuring import CHECKOUT
from benchmarks.statements import write_statements
from connectors.home import Home
from connectors.landing import write_zero_rows

TOOL, A_DAY = "xapi", 14_000
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
    select * replace (row_number() over () as source_line) from ({told})
) to '{landing}/statements/v1/{tool}/{unit}.parquet' (format parquet, compression zstd)
"""

TOLD = """
    select block.* exclude (stored_date) replace (
        '{unit}' as unit,
        -- What one did in one block, another one does in the next: nobody begins the same courses every ten weeks.
        coalesce(others.token, block.actor_token) as actor_token,
        timestamp '{unit}' + interval 1 day as extracted_at,
        md5(statement_id || '{block}') as statement_id,
        md5(body_hash || '{block}') as body_hash,
        case when object_kind = 'statement_ref' then md5(object_id || '{block}') else object_id end as object_id,
        md5(registration || '{block}') as registration,
        md5(session_id || '{block}') as session_id,
        occurred_at + interval ({later}) day as occurred_at,
        occurred_date + {later} as occurred_date,
        stored_at + interval ({later}) day as stored_at
    )
    from block
    left join learners on block.actor_token = learners.token
    left join learners as others on (learners.place + {block}) % (select count(*) from learners) = others.place
    where block.stored_date = date '{unit}' - {later}
"""
"""What a day tells of one block: of an earlier one, what goes on or comes late beyond that block's end."""

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


class Zone:
    """A landing zone that is told the same block of statements again and again, each time later.

    ``statements`` counts those that have landed.
    """

    def __init__(self, home: Path, landed: Path, statements: int) -> None:
        self.home, self.landed, self.days, self.statements = home, landed, statements // A_DAY, 0
        (home / "warehouse").mkdir(parents=True)
        write_zero_rows(Home(home))
        for kind in ("ledger", "statements", *(kind for kind, *_ in WITH_STATEMENTS)):
            (home / "landing" / kind / "v1" / TOOL).mkdir(parents=True)
        self._db = duckdb.connect()
        self._db.execute(self._filled(BLOCK))
        [(last,)] = self._db.execute("select max(stored_date) from block").fetchall()
        self._last_day = (last - ORIGIN).days
        self._link()

    def land(self, number: int) -> None:
        """Land the n-th day since the beginning."""
        unit = (ORIGIN + timedelta(days=number)).isoformat()
        # Blocks from before the beginning go on as well, so that every day tells as much as any other.
        blocks = range((number - self._last_day) // self.days, number // self.days + 1)
        tellings = (self._filled(TOLD, unit=unit, block=block, later=block * self.days) for block in blocks)
        day = self._filled(DAY, unit=unit, told=" union all ".join(tellings))
        [(count,)] = self._db.execute(day).fetchall()
        self.statements += count
        for kind, column, told in WITH_STATEMENTS:
            self._db.execute(self._filled(OF_THE_DAY, kind=kind, column=column, told=told, unit=unit))
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


def landed_block(folder: Path, statements: int) -> Path:
    """The landing zone of a file of simulated statements, which are landed as any other file is."""
    file, home = folder / "statements.ndjson", folder / "home"
    if not home.exists():
        write_statements(file, statements)
        command = [sys.executable, "-m", "benchmarks.contenders", "ingest", str(file), str(home)]
        subprocess.run(command, cwd=CHECKOUT, check=True, stdout=subprocess.DEVNULL)
    return home / "landing"
