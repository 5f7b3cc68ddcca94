{{ config(alias='late_rows') }}

with

late as (
    select * from {{ ref('stg_late_rows') }}
),

final as (
    select
        tool,
        unit,
        closed_at,
        found_at,
        restated_date,
        rows_late,
        rows_gone
    from late
)

select * from final
