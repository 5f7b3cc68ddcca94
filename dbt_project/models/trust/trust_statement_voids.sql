{{ config(alias='statement_voids') }}

with

voiding as (
    select * from {{ ref('int_statement_voiding') }}
),

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
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
            when voiding.target_stored_at is null then 'target missing'
            when voiding.stored_at < voiding.target_stored_at then 'before its target'
            else 'after its target'
        end as arrival,
        voiding.outcome
    from voiding
    left join links
        on voiding.actor_token = links.token and {{ holds_on('links', 'cast(voiding.occurred_at as date)') }}
)

select * from final
