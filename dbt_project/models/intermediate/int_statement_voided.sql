with

statements as (
    select
        statement_id,
        body_hash,
        tool,
        unit,
        source_line,
        extracted_at,
        stored_at,
        object_id,
        occurred_at,
        verb_id = '{{ var("voiding_verb") }}' and object_kind = 'statement_ref' as is_voiding
    from {{ ref('stg_statements') }}
),

-- Every copy under an id that some copy voids with: only the copy that counts may void.
copies as (
    select
        statements.*,
        row_number() over (partition by statements.statement_id order by {{ first_copy('statements') }}) as copy_number
    from statements
    where statements.statement_id in (select voiding.statement_id from statements as voiding where voiding.is_voiding)
),

voiding as (
    select * from copies where copy_number = 1 and is_voiding
),

ranked as (
    select
        lower(voiding.object_id) as statement_id,
        voiding.statement_id as voided_by_statement_id,
        voiding.occurred_at as voided_at,
        row_number() over (
            partition by lower(voiding.object_id) order by voiding.occurred_at, voiding.statement_id
        ) as void_number
    from voiding
    -- A voiding statement can't itself be voided.
    where lower(voiding.object_id) not in (select voids.statement_id from voiding as voids)
),

final as (
    select statement_id, voided_by_statement_id, voided_at
    from ranked
    where void_number = 1
)

select * from final
