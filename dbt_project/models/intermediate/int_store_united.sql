with recursive

tools as (
    select
        tool,
        sum(case when record_kind = 'statements' then rows_landed else 0 end) as statement_rows
    from {{ ref('stg_ledger') }}
    where status = 'landed'
    group by tool
),

neighbours as (
    select distinct tool, other_tool from {{ ref('int_store_shared') }}
    union
    select distinct other_tool as tool, tool as other_tool from {{ ref('int_store_shared') }}
),

-- A store that passes statements on to a second one, which passes them on to a third, is one source with both.
reached (tool, member_tool) as (
    select tool, tool as member_tool from tools
    union
    select reached.tool, neighbours.other_tool as member_tool
    from reached
    inner join neighbours on reached.member_tool = neighbours.tool
),

ranked as (
    select
        reached.tool,
        reached.member_tool,
        row_number() over (
            partition by reached.tool order by tools.statement_rows desc, reached.member_tool
        ) as preference
    from reached
    inner join tools on reached.member_tool = tools.tool
),

final as (
    select
        own.tool,
        record.member_tool as source_tool,
        own.preference
    from ranked as own
    inner join ranked as record on own.tool = record.tool and record.preference = 1
    where own.tool = own.member_tool
)

select * from final
