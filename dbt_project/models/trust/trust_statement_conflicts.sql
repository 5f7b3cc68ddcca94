{{ config(alias='statement_conflicts') }}

with

conflicts as (
    select * from {{ ref('int_statement_conflicting') }}
),

final as (
    select
        statement_id,
        tool,
        unit,
        source_line,
        occurred_at,
        occurred_date,
        stored_at,
        counted_tool,
        counted_unit,
        counted_source_line,
        counted_stored_at,
        coalesce(differs_in, 'what does not land') as differs_in,
        'the copy that was stored first counts' as rule
    from conflicts
)

select * from final
