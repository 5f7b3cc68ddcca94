with

voided as (
    select statement_id from {{ ref('int_statement_voided') }}
),

before as (
    select statement_id from {{ built('int_statement_voided_built', {'statement_id': 'string'}) }}
),

final as (
    select coalesce(voided.statement_id, before.statement_id) as statement_id
    from voided
    full outer join before on voided.statement_id = before.statement_id
    where voided.statement_id is null or before.statement_id is null
)

select * from final
