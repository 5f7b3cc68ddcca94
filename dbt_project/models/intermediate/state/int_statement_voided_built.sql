{{ vouched_for() }}

select statement_id from {{ ref('int_statement_voided') }}
