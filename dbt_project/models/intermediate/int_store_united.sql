with

tools as (
    select
        tool,
        sum(case when record_kind = 'statements' then rows_landed else 0 end) as statement_rows
    from {{ ref('stg_ledger') }}
    where status = 'landed'
    group by tool
),

neighbours as (
    select tool, tool as member_tool from tools
    union
    select distinct tool, other_tool as member_tool from {{ ref('int_store_shared') }}
    union
    select distinct other_tool as tool, tool as member_tool from {{ ref('int_store_shared') }}
),

-- A store that passes statements on to a second one, which passes them on to a third, is one source with both. Each
-- step doubles the way: 32 stores in a row. Not recursive, because not every engine ends a circle by itself.
{%- set steps = ['neighbours', 'within_2', 'within_4', 'within_8', 'within_16', 'reached'] %}
{% for before in steps[:-1] %}
{{ steps[loop.index] }} as (
    select distinct here.tool, there.member_tool
    from {{ before }} as here
    inner join {{ before }} as there on here.member_tool = there.tool
),
{% endfor %}
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
