with

learning_events as (
    select
        tool,
        record_key,
        unit,
        extracted_at,
        occurred_date
    from {{ ref('int_event_located') }}
    where record_kind = 'learning_events'
),

touched_keys as (
    select distinct tool, record_key
    from learning_events
    where occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
),

repeated_keys as (
    select learning_events.tool, learning_events.record_key
    from learning_events
    inner join touched_keys
        on learning_events.tool = touched_keys.tool and learning_events.record_key = touched_keys.record_key
    group by learning_events.tool, learning_events.record_key
    having count(*) > 1
),

copies as (
    select
        learning_events.*,
        row_number() over (
            partition by learning_events.tool, learning_events.record_key
            order by learning_events.extracted_at, learning_events.unit
        ) as copy_number
    from learning_events
    inner join repeated_keys
        on learning_events.tool = repeated_keys.tool and learning_events.record_key = repeated_keys.record_key
),

final as (
    select
        tool,
        record_key,
        unit,
        occurred_date,
        case when copy_number = 1 then 'counted' else 'redelivered' end as fate
    from copies
)

select * from final
