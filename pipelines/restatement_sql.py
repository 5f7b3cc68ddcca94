"""The comparison of two versions in SQL: what is told otherwise, and the inputs between them that reached it.

Each statement is a temporary table, made in the order of `STEPS`. The build that is to be published is the current
database, the version before it is attached as ``former``; ``made_of`` and ``moved`` are there already.
"""

from __future__ import annotations

from pipelines.metric_inputs import CONTEXT, LANDING, ROWS
from transfer.metric_row import Status

COMPARED = ("value", "numerator", "denominator", "n_persons")


def _said(row: str) -> str:
    """What a reader saw. That a provisional figure became final is no restatement of it."""
    figures = ", ".join(f"round({row}.{column}, 12)" for column in COMPARED)
    shown = f"case when {row}.status in ('{Status.OK}', '{Status.PROVISIONAL}') then 'shown' else {row}.status end"
    return f"row({figures}, {row}.definition_version, {shown})"


_RESTATED = f"""
    select
        case
            when now.definition_version <> former.definition_version then 'redefined'
            when now.status = '{Status.NOT_COMPUTABLE}' and now.suppressed_reason = 'no record is left' then 'withdrawn'
            else 'restated'
        end as change,
        now.metric_id, now.grain, now.grain_key, now.period, now.definition_version,
        former.definition_version as former_definition_version, now.status, former.status as former_status,
        {", ".join(f"now.{column}, former.{column} as former_{column}" for column in COMPARED)},
        now.value - former.value as difference,
        former.status <> '{Status.PROVISIONAL}' as was_final
    from metrics.metric_result_latest as now
    inner join former.metrics.metric_result_latest as former
        on
            now.metric_id = former.metric_id
            and now.grain = former.grain
            and now.grain_key = former.grain_key
            and now.period is not distinct from former.period
    where {_said("now")} is distinct from {_said("former")}
"""

_SPANS = f"""
    select
        restated.metric_id,
        restated.period,
        coalesce(restated.period, date '0001-01-01') as since,
        case defined.period
            when 'month' then restated.period + interval 1 month + to_days(defined.follow_up_days::integer)
            when 'quarter' then restated.period + interval 3 months + to_days(defined.follow_up_days::integer)
            when 'year' then restated.period + interval 1 year + to_days(defined.follow_up_days::integer)
            else date '9999-12-31'
        end as until,
        bool_or(restated.change = 'redefined') as is_redefined,
        bool_or(restated.period is null or restated.former_status = '{Status.PROVISIONAL}') as hangs_on_day
    from restated
    inner join metrics.dim_metric as defined on restated.metric_id = defined.metric_id and defined.is_current
    group by all
"""

MANY = 50
"""Beyond so many units of one tool and kind, inputs are told as a number: a history that is loaded at once."""

_UNITS_CHANGED = f"""
    with changed as (
        select
            coalesce(now.tool, former.tool) as tool,
            coalesce(now.record_kind, former.record_kind) as record_kind,
            coalesce(now.unit, former.unit) as unit,
            coalesce(now.source_file, former.source_file) as source_file,
            now.landed_at,
            least(now.first_told_date, former.first_told_date) as first_told_date,
            greatest(now.last_told_date, former.last_told_date) as last_told_date,
            case
                when former.unit is null then 'landed'
                when now.unit is null then 'withdrawn'
                when (now.tool, now.unit, now.record_kind, now.landed_at) in
                    (select (tool, unit, record_kind, replayed_at) from trust.replays) then 'mapped again'
                when (now.tool, now.unit, now.landed_at) in
                    (select (tool, unit, found_at) from trust.late_rows) then 'late'
                else 'landed again'
            end as cause
        from (select * from trust.ledger where status = 'landed') as now
        full outer join (select * from former.trust.ledger where status = 'landed') as former
            on now.tool = former.tool and now.record_kind = former.record_kind and now.unit = former.unit
        where now.unit is null or former.unit is null or now.landed_at <> former.landed_at
    )
    select *, count(*) over (partition by tool, record_kind, cause) > {MANY} as is_one_of_many from changed
"""

_EVENTS_CHANGED = """
    select
        coalesce(now.tool, former.tool) as tool,
        coalesce(now.record_kind, former.record_kind) as record_kind,
        coalesce(now.unit, former.unit) as unit,
        coalesce(now.occurred_date, former.occurred_date) as told_date,
        coalesce(former.rows_in_fact, 0) as rows_before,
        coalesce(now.rows_in_fact, 0) as rows_after,
        coalesce(now.rows_voided, 0) <> coalesce(former.rows_voided, 0) as is_by_void
    from trust.events_by_day as now
    full outer join former.trust.events_by_day as former
        on
            now.occurred_date = former.occurred_date
            and now.tool = former.tool
            and now.record_kind = former.record_kind
            and now.unit = former.unit
    where (now.rows_in_fact, now.rows_voided) is distinct from (former.rows_in_fact, former.rows_voided)
        or (now.tool, now.record_kind, now.unit) in (select (tool, record_kind, unit) from units_changed)
"""

_UNITS_TOLD = """
        any_value(source_file) filter (not is_one_of_many) as source_file,
        any_value(landed_at) filter (not is_one_of_many) as landed_at, count(distinct unit) as units,
        min(first_told_date) as first_told_date, max(last_told_date) as last_told_date,
        sum(rows_before)::bigint as rows_before, sum(rows_after)::bigint as rows_after
"""
_BY_UNIT = "metric_id, period, cause, reach, tool, record_kind, case when is_one_of_many then null else unit end"

_BY_EVENTS = f"""
    with reached as (
        select
            spans.metric_id, spans.period, '{ROWS}' as reach, events.*, events.told_date as first_told_date,
            events.told_date as last_told_date, units.source_file, units.landed_at,
            coalesce(units.cause, case when events.is_by_void then 'voided' else 'told elsewhere' end) as cause,
            coalesce(units.is_one_of_many, false) as is_one_of_many
        from spans
        inner join made_of on spans.metric_id = made_of.metric_id and made_of.reach = '{ROWS}'
        inner join events_changed as events
            on
                made_of.record_kind = events.record_kind
                and events.told_date >= spans.since
                and events.told_date < spans.until
        left join units_changed as units
            on events.tool = units.tool and events.record_kind = units.record_kind and events.unit = units.unit
    )
    select {_BY_UNIT} as unit, {_UNITS_TOLD}, bool_or(is_by_void) as is_by_void from reached group by {_BY_UNIT}
"""

_BY_UNITS = f"""
    with reached as (
        select
            spans.metric_id, spans.period, made_of.reach, units.*,
            case when made_of.reach = '{ROWS}' then coalesce(former.row_count, 0) end as rows_before,
            case when made_of.reach = '{ROWS}' then coalesce(now.row_count, 0) end as rows_after
        from spans
        inner join made_of on spans.metric_id = made_of.metric_id
        inner join units_changed as units on made_of.record_kind = units.record_kind
        left join trust.row_fates as now
            on units.tool = now.tool and units.record_kind = now.record_kind and units.unit = now.unit
                and now.fate = 'in_fact'
        left join former.trust.row_fates as former
            on units.tool = former.tool and units.record_kind = former.record_kind and units.unit = former.unit
                and former.fate = 'in_fact'
        where
            case
                when made_of.reach = '{LANDING}'
                    then coalesce(units.landed_at >= spans.since and units.landed_at < spans.until, true)
                -- What describes holds beyond the day on which it was told; what has no day holds always.
                when made_of.reach = '{CONTEXT}' then coalesce(units.first_told_date < spans.until, true)
                else
                    units.record_kind not in ('statements', 'learning_events')
                    and coalesce(units.first_told_date < spans.until and units.last_told_date >= spans.since, true)
            end
    )
    select {_BY_UNIT} as unit, {_UNITS_TOLD} from reached group by {_BY_UNIT}
"""

_BY_VOIDS = """
    select
        voided.metric_id, voided.period, 'voids' as cause, 'rows' as reach, voids.tool, 'statements' as record_kind,
        voids.unit, any_value(units.source_file) as source_file, any_value(units.landed_at) as landed_at,
        1 as units, count(*) as rows_after
    from (select distinct metric_id, period from by_events where is_by_void) as voided
    cross join (
        select * from trust.statement_voids as voids
        where outcome = 'applied' and statement_id not in (
            select statement_id from former.trust.statement_voids where outcome = 'applied'
        )
    ) as voids
    left join units_changed as units
        on voids.tool = units.tool and voids.unit = units.unit and units.record_kind = 'statements'
    group by voided.metric_id, voided.period, voids.tool, voids.unit
"""

_BY_IDENTITY = """
    select distinct
        spans.metric_id, spans.period, 'identifiers moved' as cause, made_of.reach, moved.tool, moved.record_kind,
        moved.first_told_date, moved.last_told_date, moved.identifiers as rows_after
    from spans
    inner join made_of on spans.metric_id = made_of.metric_id
    inner join moved
        on
            made_of.record_kind = moved.record_kind
            and coalesce(moved.first_told_date < spans.until and moved.last_told_date >= spans.since, true)
"""
_BY_THE_REST = """
    select metric_id, period, 'redefined' as cause from spans where is_redefined
    union all
    select metric_id, period, 'new logic' as cause from spans where $is_new_logic
    union all
    select metric_id, period, 'another day' as cause from spans where $is_another_day and hangs_on_day
"""

_CAUSES = """
    with known as (
        select * exclude (is_by_void) from by_events
        union all by name
        select * from by_units
        union all by name
        select * from by_voids
        union all by name
        select * from by_identity
        union all by name
        select * from by_the_rest
    )
    select * from known
    union all by name
    select metric_id, period, 'unexplained' as cause from spans
    where not exists (
        select 1 from known where known.metric_id = spans.metric_id and known.period is not distinct from spans.period
    )
"""

STEPS = {
    "restated": _RESTATED,
    "spans": _SPANS,
    "units_changed": _UNITS_CHANGED,
    "events_changed": _EVENTS_CHANGED,
    "by_events": _BY_EVENTS,
    "by_units": _BY_UNITS,
    "by_voids": _BY_VOIDS,
    "by_identity": _BY_IDENTITY,
    "by_the_rest": _BY_THE_REST,
    "causes": _CAUSES,
}
"""Temporary tables by name, in order; `restated` and `causes` are what is asked for."""
