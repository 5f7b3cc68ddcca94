{{ config(alias='statement_voids') }}

with

voiding as (
    select * from {{ ref('int_statement_voiding') }}
),

links as (
    select token, person_key from {{ ref('int_identity_link') }}
),

targets as (
    select
        statement_id,
        min(coalesce(stored_at, extracted_at)) as stored_at
    from {{ ref('stg_statements') }}
    where statement_id in (select voiding.target_statement_id from voiding)
    group by statement_id
),

final as (
    select
        voiding.statement_id,
        voiding.tool,
        voiding.unit,
        voiding.source_line,
        voiding.target_statement_id,
        voiding.occurred_at as voided_at,
        voiding.stored_at,
        coalesce(links.person_key, {{ unknown_person() }}) as voided_by_person_key,
        case
            when voiding.authority_token is null then {{ unknown_key() }}
            else {{ key_of(['voiding.authority_token']) }}
        end as authority_key,
        case
            when targets.statement_id is null then 'target missing'
            when voiding.stored_at < targets.stored_at then 'before its target'
            else 'after its target'
        end as arrival,
        voiding.outcome
    from voiding
    left join targets on voiding.target_statement_id = targets.statement_id
    left join links on voiding.actor_token = links.token
)

select * from final
