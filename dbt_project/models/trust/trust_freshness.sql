{{ config(alias='freshness') }}

with

landed as (
    select tool, record_kind, max(landed_at) as last_landed_at
    from {{ ref('stg_ledger') }}
    where status = 'landed'
    group by tool, record_kind
),

latest as (
    select tool, record_kind, max(latest_event_at) as latest_event_at
    from {{ ref('fct_learning_event_daily') }}
    group by tool, record_kind
    union all
    select tool, 'enrolments' as record_kind, max(occurred_at) as latest_event_at
    from {{ ref('stg_enrolments') }}
    group by tool
    union all
    select tool, record_kind, max(occurred_at) as latest_event_at
    from {{ ref('fct_assessment_result') }}
    where record_kind = 'assessments'
    group by tool, record_kind
),

final as (
    select
        landed.tool,
        landed.record_kind,
        landed.last_landed_at,
        latest.latest_event_at,
        cast({{ dbt.datediff('cast(landed.last_landed_at as date)', as_of(), 'day') }} as bigint) as days_since_landed,
        cast({{ dbt.datediff('cast(latest.latest_event_at as date)', as_of(), 'day') }} as bigint) as days_since_event
    from landed
    left join latest on landed.tool = latest.tool and landed.record_kind = latest.record_kind
)

select * from final
