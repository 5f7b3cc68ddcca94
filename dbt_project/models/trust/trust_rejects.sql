{{ config(alias='rejects') }}

with

rejects as (
    select * from {{ ref('stg_rejects') }}
),

final as (
    select
        tool,
        record_kind,
        unit,
        source_file,
        source_line,
        rule,
        column_name,
        expected,
        cast(count(*) as bigint) as row_count
    from rejects
    group by tool, record_kind, unit, source_file, source_line, rule, column_name, expected
)

select * from final
