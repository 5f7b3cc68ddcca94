{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

touched as (
    select occurred_date from {{ ref('int_partitions_touched') }}
),

final as (
    select
        occurred_date,
        counted_tool as tool,
        tool as other_tool,
        count(distinct statement_id) as statement_count
    from {{ ref('int_statement_deduplicated') }}
    where tool <> counted_tool and occurred_date in (select touched.occurred_date from touched)
    group by occurred_date, counted_tool, tool
)

select * from final
