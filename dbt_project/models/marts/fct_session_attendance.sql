with

told as (
    select * from {{ ref('int_attendance_told') }} where fate = 'counted'
),

final as (
    select
        {{ key_of(['told.tool', 'told.record_key']) }} as attendance_key,
        told.tool,
        told.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        told.activity_key,
        told.session_id,
        told.started_at,
        told.held_date,
        told.attendance,
        told.attendance in ('attended', 'partly_attended') as is_attended,
        told.attended_minutes
    from told
    {{ join_person_as_of('told', 'held_date') }}
)

select * from final
