{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

events as (
    select * from {{ ref('int_learning_event_united') }}
),

final as (
    select
        occurred_date,
        tool,
        record_kind,
        unit,
        fate,
        count(*) as row_count
    from events
    group by occurred_date, tool, record_kind, unit, fate
)

select * from final
