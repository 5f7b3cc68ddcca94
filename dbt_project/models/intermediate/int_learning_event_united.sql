with

ledger as (
    select tool, unit, record_kind, landed_at as loaded_at from {{ ref('stg_ledger') }} where status = 'landed'
),

learning_events as (
    select * from {{ ref('stg_learning_events') }}
),

touched as (
    select occurred_date from {{ ref('int_partitions_touched') }}
),

touched_keys as (
    select distinct tool, record_key
    from learning_events
    where occurred_date in (select touched.occurred_date from touched)
),

copies as (
    select
        learning_events.*,
        row_number() over (
            partition by learning_events.tool, learning_events.record_key
            order by learning_events.extracted_at, learning_events.unit, learning_events.source_line
        ) as copy_number
    from learning_events
    inner join touched_keys
        on learning_events.tool = touched_keys.tool and learning_events.record_key = touched_keys.record_key
),

united as (
    select
        tool,
        'statements' as record_kind,
        unit,
        statement_id as record_key,
        actor_token as person_token,
        case when object_kind = 'activity' then object_id end as activity_id,
        verb_id as verb_source,
        occurred_at,
        occurred_date,
        stored_at,
        registration,
        session_id,
        duration_seconds,
        score_scaled,
        is_success,
        is_completion,
        cast(null as {{ dbt.type_float() }}) as progress_share,
        fate
    from {{ ref('int_statement_deduplicated') }}
    union all
    select
        tool,
        'learning_events' as record_kind,
        unit,
        record_key,
        person_token,
        coalesce(activity_id, parent_activity_id) as activity_id,
        verb as verb_source,
        occurred_at,
        occurred_date,
        cast(null as {{ dbt.type_timestamp() }}) as stored_at,
        cast(null as {{ dbt.type_string() }}) as registration,
        session_id,
        duration_seconds,
        cast(null as {{ dbt.type_float() }}) as score_scaled,
        cast(null as {{ dbt.type_boolean() }}) as is_success,
        cast(null as {{ dbt.type_boolean() }}) as is_completion,
        progress_share,
        case when copy_number = 1 then 'counted' else 'redelivered' end as fate
    from copies
    where occurred_date in (select touched.occurred_date from touched)
),

final as (
    select united.*, ledger.loaded_at
    from united
    inner join ledger
        on united.tool = ledger.tool and united.unit = ledger.unit and united.record_kind = ledger.record_kind
)

select * from final
