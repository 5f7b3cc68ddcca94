{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}

with

final as (
    select
        occurred_date,
        tool,
        record_kind,
        count(*) as events,
        cast(sum(case when person_key = {{ unknown_person() }} then 1 else 0 end) as bigint) as events_without_person,
        cast(sum(case when activity_key = {{ unknown_key() }} then 1 else 0 end) as bigint)
            as events_without_activity,
        cast(
            sum(case when person_key <> {{ unknown_person() }} and org_unit_key = {{ unknown_key() }} then 1 else 0 end)
            as bigint
        ) as events_without_unit,
        max(occurred_at) as latest_event_at
    from {{ ref('fct_learning_event') }}
    where occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
    group by occurred_date, tool, record_kind
)

select * from final
