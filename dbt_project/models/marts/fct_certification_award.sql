with

told as (
    select * from {{ ref('int_certification_told') }} where event <> 'required'
),

final as (
    select
        told.certification_event_key,
        told.tool,
        told.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        told.certification_id,
        told.certification_name,
        told.regulator,
        told.event,
        told.event_date,
        told.expires_date,
        told.cpd_hours
    from told
    {{ join_person_as_of('told', 'event_date') }}
)

select * from final
