{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

final as (
    select
        occurred_date,
        record_key as statement_id,
        tool,
        {{ each_text('member_token') }} as member_token
    from {{ ref('int_learning_event_united') }}
    where
        record_kind = 'statements'
        and fate = 'counted'
        and actor_kind in ('group', 'anonymous_group')
        and member_token is not null
)

select * from final
