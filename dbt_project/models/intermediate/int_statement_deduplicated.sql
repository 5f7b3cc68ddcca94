with

statements as (
    select * from {{ ref('stg_statements') }}
),

touched as (
    select occurred_date from {{ ref('int_partitions_touched') }}
),

touched_ids as (
    select distinct statement_id
    from statements
    where occurred_date in (select touched.occurred_date from touched)
),

-- All copies of these statements, in whichever partition: a changed time puts a copy into another one.
copies as (
    select
        statements.*,
        row_number() over (partition by statements.statement_id order by {{ first_copy('statements') }}) as copy_number,
        first_value(statements.body_hash) over (
            partition by statements.statement_id order by {{ first_copy('statements') }}
        ) as first_body_hash
    from statements
    where statements.statement_id in (select touched_ids.statement_id from touched_ids)
),

final as (
    select
        copies.*,
        case
            when copies.copy_number > 1 and copies.body_hash = copies.first_body_hash then 'redelivered'
            when copies.copy_number > 1 then 'conflicting'
            when copies.verb_id = '{{ var("voiding_verb") }}' then 'voiding'
            when voided.statement_id is not null then 'voided'
            else 'counted'
        end as fate
    from copies
    left join {{ ref('int_statement_voided') }} as voided on copies.statement_id = voided.statement_id
    where copies.occurred_date in (select touched.occurred_date from touched)
)

select * from final
