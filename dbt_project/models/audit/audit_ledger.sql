-- Differences are taken per unit, so that a loss in one unit can't hide behind a surplus in another.
-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
{%- set kinds = [
    'statements', 'learning_events', 'people', 'job_assignments', 'absences', 'org_units', 'positions', 'accounts',
    'activities', 'enrolments', 'attendances', 'assessments', 'learning_time', 'certifications', 'survey_responses',
    'observations', 'kpi_values', 'capability_assessments', 'costs', 'strategy_vision', 'strategy_target_mix',
    'strategy_goals', 'strategy_kpis', 'strategy_capabilities', 'strategy_capability_targets',
    'strategy_ld_maturity', 'strategy_initiatives', 'strategy_links', 'strategy_enrolment_policies',
    'strategy_agreements', 'strategy_requirements', 'strategy_pilots', 'strategy_readiness',
] %}

with

ledger as (
    select
        tool,
        record_kind,
        unit,
        status,
        landed_at,
        coalesce(rows_read, 0) as rows_read,
        coalesce(rows_landed, 0) as rows_landed,
        coalesce(rows_rejected, 0) as rows_rejected,
        coalesce(rows_duplicate, 0) as rows_duplicate,
        coalesce(rows_erased, 0) as rows_erased
    from {{ ref('stg_ledger') }}
),

staged as (
    {%- for kind in kinds %}
    select
        tool,
        unit,
        '{{ kind }}' as record_kind,
        count(*) as rows_staged
    from {{ ref('stg_' ~ kind) }}
    group by tool, unit
    {{- ' union all' if not loop.last }}
    {%- endfor %}
),

reasons as (
    select
        tool,
        unit,
        record_kind,
        count(*) as rows_with_reason
    from {{ ref('stg_rejects') }}
    group by tool, unit, record_kind
),

units as (
    select
        ledger.*,
        abs(rows_read - rows_landed - rows_rejected - rows_duplicate - rows_erased) as rows_unaccounted,
        abs(rows_landed - coalesce(staged.rows_staged, 0)) as rows_not_staged,
        -- One record may break several rules, so more reasons than rejects are in order; fewer are not.
        case
            when rows_rejected = 0 then coalesce(reasons.rows_with_reason, 0)
            else greatest(rows_rejected - coalesce(reasons.rows_with_reason, 0), 0)
        end as rejects_unexplained
    from ledger
    left join staged
        on ledger.tool = staged.tool and ledger.unit = staged.unit and ledger.record_kind = staged.record_kind
    left join reasons
        on ledger.tool = reasons.tool and ledger.unit = reasons.unit and ledger.record_kind = reasons.record_kind
),

scopes as (
    select
        '(all)' as tool,
        '(all)' as record_kind
    union all
    select distinct
        tool,
        record_kind
    from units
),

counted as (
    select
        scopes.tool,
        scopes.record_kind,
        count(units.unit) as units,
        count(case when units.status = 'refused' then 1 end) as refused_units,
        coalesce(sum(units.rows_read), 0) as rows_read,
        coalesce(sum(units.rows_landed), 0) as rows_landed,
        coalesce(sum(units.rows_rejected), 0) as rows_rejected,
        coalesce(sum(units.rows_duplicate), 0) as rows_duplicate,
        coalesce(sum(units.rows_erased), 0) as rows_erased,
        coalesce(sum(units.rows_unaccounted), 0) as rows_unaccounted,
        coalesce(sum(units.rows_not_staged), 0) as rows_not_staged,
        coalesce(sum(units.rejects_unexplained), 0) as rejects_unexplained,
        count(distinct cast(units.landed_at as date)) as landing_days,
        min(units.landed_at) as first_landed_at,
        max(units.landed_at) as last_landed_at
    from scopes
    left join units
        on scopes.tool = '(all)' or (scopes.tool = units.tool and scopes.record_kind = units.record_kind)
    group by scopes.tool, scopes.record_kind
),

paced as (
    select
        *,
        {{ dbt.datediff('first_landed_at', 'last_landed_at', 'day') }} / nullif(landing_days - 1.0, 0)
            as landing_interval_days,
        {{ dbt.datediff('last_landed_at', as_of(), 'day') }} as days_since_landing
    from counted
)

select
    tool,
    record_kind,
    cast(units as bigint) as units,
    cast(refused_units as bigint) as refused_units,
    cast(rows_read as bigint) as rows_read,
    cast(rows_landed as bigint) as rows_landed,
    cast(rows_rejected as bigint) as rows_rejected,
    cast(rows_duplicate as bigint) as rows_duplicate,
    cast(rows_erased as bigint) as rows_erased,
    cast(rows_unaccounted as bigint) as rows_unaccounted,
    cast(rows_not_staged as bigint) as rows_not_staged,
    cast(rejects_unexplained as bigint) as rejects_unexplained,
    cast(rows_rejected as double) / nullif(rows_read, 0) as reject_share,
    cast(rows_duplicate as double) / nullif(rows_read, 0) as duplicate_share,
    cast(landing_days as bigint) as landing_days,
    first_landed_at,
    last_landed_at,
    cast(days_since_landing / nullif(landing_interval_days, 0) as double) as silence_ratio,
    '{{ invocation_id }}' as dbt_invocation_id
from paced
