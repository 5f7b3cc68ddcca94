with

delivered as (
    select *, {{ recency_of_record() }} as recency from {{ ref('stg_attendances') }}
),

resolved as (
    select
        delivered.*,
        coalesce(delivered.started_date, cast(delivered.started_at as date)) as held_date,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key
    from delivered
    {{ join_link('delivered', 'person_token', 'coalesce(delivered.started_date, cast(delivered.started_at as date))') }}
    {{ join_activity('delivered') }}
    where delivered.recency = 1
),

final as (
    select
        {{ key_of(['resolved.tool', 'resolved.record_key']) }} as attendance_key,
        resolved.tool,
        resolved.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        resolved.activity_key,
        resolved.session_id,
        resolved.started_at,
        resolved.held_date,
        resolved.attendance,
        resolved.attendance in ('attended', 'partly_attended') as is_attended,
        resolved.attended_minutes
    from resolved
    {{ join_person_as_of('resolved', 'held_date') }}
)

select * from final
