-- Accounts are settled per unit, so that a loss in one unit can't hide behind a surplus in another.
-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
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
    from {{ ref('trust_ledger') }}
),

reasons as (
    select
        tool,
        record_kind,
        unit,
        sum(row_count) as rows_with_reason
    from {{ ref('trust_rejects') }}
    group by tool, record_kind, unit
),

units as (
    select
        ledger.*,
        abs(
            ledger.rows_read - ledger.rows_landed - ledger.rows_rejected - ledger.rows_duplicate - ledger.rows_erased
        ) as rows_unaccounted,
        -- One record may break several rules, so more reasons than rejects are in order; fewer are not.
        case
            when ledger.rows_rejected = 0 then coalesce(reasons.rows_with_reason, 0)
            else greatest(ledger.rows_rejected - coalesce(reasons.rows_with_reason, 0), 0)
        end as rejects_unexplained
    from ledger
    left join reasons
        on ledger.tool = reasons.tool and ledger.record_kind = reasons.record_kind and ledger.unit = reasons.unit
),

onward as (
    select
        tool,
        record_kind,
        abs(rows_landed - rows_staged) as rows_not_staged,
        unexplained as rows_unexplained
    from {{ ref('trust_reconciliation') }}
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
        {%- for measure in [
            'rows_read', 'rows_landed', 'rows_rejected', 'rows_duplicate', 'rows_erased', 'rows_unaccounted',
            'rejects_unexplained'
        ] %}
        cast(coalesce(sum(units.{{ measure }}), 0) as bigint) as {{ measure }},
        {%- endfor %}
        count(distinct cast(units.landed_at as date)) as landing_days,
        min(units.landed_at) as first_landed_at,
        max(units.landed_at) as last_landed_at
    from scopes
    left join units
        on scopes.tool = '(all)' or (scopes.tool = units.tool and scopes.record_kind = units.record_kind)
    group by scopes.tool, scopes.record_kind
),

followed as (
    select
        scopes.tool,
        scopes.record_kind,
        cast(coalesce(sum(onward.rows_not_staged), 0) as bigint) as rows_not_staged,
        cast(coalesce(sum(onward.rows_unexplained), 0) as bigint) as rows_unexplained
    from scopes
    left join onward
        on scopes.tool = '(all)' or (scopes.tool = onward.tool and scopes.record_kind = onward.record_kind)
    group by scopes.tool, scopes.record_kind
),

paced as (
    select
        *,
        {{ dbt.datediff('first_landed_at', 'last_landed_at', 'day') }} / nullif(landing_days - 1.0, 0)
            as landing_interval_days,
        {{ dbt.datediff('last_landed_at', as_of(), 'day') }} as days_since_landing
    from counted
),

final as (
    select
        paced.tool,
        paced.record_kind,
        paced.units,
        paced.refused_units,
        paced.rows_read,
        paced.rows_landed,
        paced.rows_rejected,
        paced.rows_duplicate,
        paced.rows_erased,
        paced.rows_unaccounted,
        paced.rejects_unexplained,
        followed.rows_not_staged,
        followed.rows_unexplained,
        cast(paced.rows_rejected as double) / nullif(paced.rows_read, 0) as reject_share,
        cast(paced.rows_duplicate as double) / nullif(paced.rows_read, 0) as duplicate_share,
        paced.landing_days,
        paced.first_landed_at,
        paced.last_landed_at,
        cast(paced.days_since_landing / nullif(paced.landing_interval_days, 0) as double)
            as silence_ratio,
        '{{ invocation_id }}' as dbt_invocation_id
    from paced
    inner join followed on paced.tool = followed.tool and paced.record_kind = followed.record_kind
)

select * from final
