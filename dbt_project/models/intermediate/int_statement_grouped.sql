{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

counted as (
    select
        occurred_date,
        tool,
        unit,
        record_key,
        body_hash
    from {{ ref('int_learning_event_united') }}
    where record_kind = 'statements' and fate = 'counted' and actor_kind in ('group', 'anonymous_group')
),

final as (
    select
        counted.occurred_date,
        counted.record_key as statement_id,
        counted.tool,
        {{ each_text('statements.member_token') }} as member_token
    from counted
    inner join {{ ref('stg_statements') }} as statements
        on
            counted.record_key = statements.statement_id
            and counted.body_hash = statements.body_hash
            and counted.tool = statements.tool
            and counted.unit = statements.unit
    where
        statements.member_token is not null
        and statements.occurred_date in (
            select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched
        )
)

select * from final
