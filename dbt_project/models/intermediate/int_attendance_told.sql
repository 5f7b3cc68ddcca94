{#- A corrected list may call people by address that the one before called by number, and a list may hold somebody
    twice: of what is told of one person at one session, the last list holds, and in one list that they were there. -#}

with

delivered as (
    select
        *,
        coalesce(started_date, cast(started_at as date)) as held_date,
        {{ recency_of_record() }} as recency
    from {{ ref('stg_attendances') }}
),

resolved as (
    select
        delivered.*,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        coalesce(activities.activity_key, delivered.activity_id) as activity_name,
        coalesce(
            delivered.session_id, cast(delivered.started_at as {{ dbt.type_string() }}),
            cast(delivered.started_date as {{ dbt.type_string() }})
        ) as session_name,
        -- Of nobody known, nobody can say whether it is the same.
        {{ learner('links.person_key', 'delivered.record_key') }} as attender
    from delivered
    {{ join_link('delivered', 'person_token', 'delivered.held_date') }}
    {{ join_activity('delivered') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by tool, activity_name, session_name, attender, recency > 1
            order by
                extracted_at desc,
                unit desc,
                case attendance when 'attended' then 1 when 'partly_attended' then 2 else 3 end,
                source_line desc,
                record_key
        ) as preference
    from resolved
),

final as (
    select
        tool,
        record_key,
        unit,
        person_token,
        person_key,
        activity_id,
        activity_key,
        session_id,
        started_at,
        held_date,
        attendance,
        attended_minutes,
        case when recency > 1 then 'redelivered' when preference > 1 then 'repeated' else 'counted' end as fate
    from ranked
)

select * from final
