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
    where record_kind = 'statements' and fate = 'counted'
),

-- Few statements refer to others, so these are found before they are asked whether they count.
referring as (
    select
        statement_id,
        body_hash,
        tool,
        unit,
        lower(statement_ref_id) as context_statement_id,
        case when object_kind = 'statement_ref' then lower(object_id) end as object_statement_id
    from {{ ref('stg_statements') }}
    where
        (object_kind = 'statement_ref' or statement_ref_id is not null)
        and occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
),

statements as (
    select counted.occurred_date, referring.*
    from counted
    inner join referring
        on
            counted.record_key = referring.statement_id
            and counted.body_hash = referring.body_hash
            and counted.tool = referring.tool
            and counted.unit = referring.unit
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
