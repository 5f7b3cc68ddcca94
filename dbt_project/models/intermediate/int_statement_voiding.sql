{%- set located = ref('int_event_located') %}

with

-- Every copy under an id that some copy voids with: only the copy that counts may void. The history is long and these
-- are few, so both times it is asked by name: what a query names twice by a CTE, an engine writes down.
copies as (
    select
        located.record_key as statement_id,
        located.body_hash,
        located.tool,
        located.unit,
        located.source_line,
        located.extracted_at,
        located.stored_at,
        located.voided_statement_id,
        located.occurred_at,
        located.occurred_date,
        located.person_token as actor_token,
        located.authority_token,
        row_number() over (partition by located.record_key order by {{ first_copy('located') }}) as copy_number
    from {{ located }} as located
    where
        located.record_kind = 'statements'
        and located.record_key in (
            select voiding.record_key
            from {{ located }} as voiding
            where voiding.record_kind = 'statements' and voiding.voided_statement_id is not null
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
