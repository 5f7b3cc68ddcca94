{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

statements as (
    select occurred_date, record_key as statement_id, tool, context_statement_id, object_statement_id
    from {{ ref('int_learning_event_united') }}
    where record_kind = 'statements' and fate = 'counted'
),

final as (
    select
        occurred_date,
        statement_id,
        tool,
        object_statement_id as referred_statement_id,
        'object' as place
    from statements
    where object_statement_id is not null
    union all
    select
        occurred_date,
        statement_id,
        tool,
        context_statement_id as referred_statement_id,
        'context.statement' as place
    from statements
    where context_statement_id is not null
)

select * from final
