with

voids as (
    select * from {{ ref('int_statement_void_told') }}
),

ids as (
    select record_number from voids
    union
    select {{ record_number('voided_statement_id') }} as record_number from voids
),

-- What stands in the whole history under the ids that void or are voided: by their numbers and of few columns, because
-- such rows are few and lie everywhere. An id too many is no void's and no target, and joins with nothing below.
met as (
    select
        record_key as statement_id,
        record_number,
        min(coalesce(stored_at, extracted_at)) as first_stored_at,
        max(case when voided_statement_id is null then 1 else 0 end) = 1 as is_no_void
    from {{ ref('int_event_located') }}
    where record_kind = 'statements' and record_number in {{ numbers_listed('record_number', 'ids') }}
    group by record_key, record_number
),

-- Hardly ever does something else stand under the id of a void; only the copy that counts may void.
told as (
    select * from voids
    union all
    select *
    from {{ ref('int_event_located') }}
    where
        record_kind = 'statements'
        and voided_statement_id is null
        and record_number in (
            select met.record_number
            from met
            where met.is_no_void and met.statement_id in (select voids.record_key from voids)
        )
),

copies as (
    select
        told.record_key as statement_id,
        told.body_hash,
        told.tool,
        told.unit,
        told.source_line,
        told.extracted_at,
        told.stored_at,
        told.voided_statement_id,
        told.occurred_at,
        told.occurred_date,
        told.person_token as actor_token,
        told.authority_token,
        row_number() over (partition by told.record_key order by {{ first_copy('told') }}) as copy_number
    from told
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
        ranked.statement_id,
        ranked.target_statement_id,
        ranked.tool,
        ranked.unit,
        ranked.source_line,
        ranked.occurred_at,
        ranked.occurred_date,
        coalesce(ranked.stored_at, ranked.extracted_at) as stored_at,
        targets.first_stored_at as target_stored_at,
        ranked.actor_token,
        ranked.authority_token,
        case
            when not ranked.is_of_statement then 'target is a void'
            when not ranked.is_allowed then 'authority not listed'
            when ranked.void_number > 1 then 'voided already'
            else 'applied'
        end as outcome
    from ranked
    left join met as targets on ranked.target_statement_id = targets.statement_id
)

select * from final
