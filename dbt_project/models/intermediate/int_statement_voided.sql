with

final as (
    select
        target_statement_id as statement_id,
        statement_id as voided_by_statement_id,
        occurred_at as voided_at
    from {{ ref('int_statement_voiding') }}
    where outcome = 'applied'
)

select * from final
