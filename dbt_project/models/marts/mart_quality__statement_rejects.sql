{#- A rate by rule is of all statements that were received, those that break none included: every rule meets every unit
    of the same tool and month. -#}

with

received as (
    select
        tool,
        cast({{ dbt.date_trunc('month', 'landed_at') }} as date) as month_start,
        sum(rows_read) as statements_received,
        sum(rows_rejected) as statements_rejected
    from {{ ref('stg_ledger') }}
    where record_kind = 'statements'
    group by tool, {{ dbt.date_trunc('month', 'landed_at') }}
),

broken as (
    select
        rejects.tool,
        cast({{ dbt.date_trunc('month', 'ledger.landed_at') }} as date) as month_start,
        rejects.rule,
        count(*) as statements_rejected
    from {{ ref('stg_rejects') }} as rejects
    inner join {{ ref('stg_ledger') }} as ledger
        on
            rejects.tool = ledger.tool
            and rejects.record_kind = ledger.record_kind
            and rejects.unit = ledger.unit
    where rejects.record_kind = 'statements'
    group by rejects.tool, {{ dbt.date_trunc('month', 'ledger.landed_at') }}, rejects.rule
),

rules as (
    select distinct rule from broken
),

by_rule as (
    select
        received.tool,
        received.month_start,
        rules.rule,
        received.statements_received,
        coalesce(broken.statements_rejected, 0) as statements_rejected
    from received
    cross join rules
    left join broken
        on
            received.tool = broken.tool
            and received.month_start = broken.month_start
            and rules.rule = broken.rule
),

united as (
    select tool, month_start, 'all rules' as rule, statements_received, statements_rejected from received
    union all
    select tool, month_start, rule, statements_received, statements_rejected from by_rule
),

final as (
    select
        {{ key_of(['tool', 'month_start', 'rule']) }} as statement_reject_key,
        tool,
        month_start,
        rule,
        cast(statements_received as bigint) as statements_received,
        cast(statements_rejected as bigint) as statements_rejected
    from united
)

select * from final
