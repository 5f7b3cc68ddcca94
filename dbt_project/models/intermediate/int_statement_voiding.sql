with

statements as (
    select
        record_key as statement_id,
        body_hash,
        tool,
        unit,
        source_line,
        extracted_at,
        stored_at,
        voided_statement_id,
        occurred_at,
        occurred_date,
        person_token as actor_token,
        authority_token
    from {{ ref('int_event_located') }}
    where record_kind = 'statements'
),

-- Every copy under an id that some copy voids with: only the copy that counts may void.
copies as (
    select
        statements.*,
        row_number() over (partition by statements.statement_id order by {{ first_copy('statements') }}) as copy_number
    from statements
    where
        statements.statement_id in (
            select voiding.statement_id from statements as voiding where voiding.voided_statement_id is not null
        )
),

voiding as (
    select
        *,
        voided_statement_id as target_statement_id,
        {{ may_void('tool', 'authority_token') }} as is_allowed
    from copies
    where copy_number = 1 and voided_statement_id is not null
),

judged as (
    select
        *,
        -- A voiding statement can't itself be voided (1.0.3, Data 2.3.2); who may void is the organisation's rule.
        target_statement_id not in (select voids.statement_id from voiding as voids) as is_of_statement
    from voiding
),

ranked as (
    select
        *,
        row_number() over (
            partition by target_statement_id, is_of_statement and is_allowed order by occurred_at, statement_id
        ) as void_number
    from judged
),

final as (
    select
        statement_id,
        target_statement_id,
        tool,
        unit,
        source_line,
        occurred_at,
        occurred_date,
        coalesce(stored_at, extracted_at) as stored_at,
        actor_token,
        authority_token,
        case
            when not is_of_statement then 'target is a void'
            when not is_allowed then 'authority not listed'
            when void_number > 1 then 'voided already'
            else 'applied'
        end as outcome
    from ranked
)

select * from final
