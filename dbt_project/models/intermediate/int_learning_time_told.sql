with

registered as (
    select *, {{ recency_of_record() }} as recency from {{ ref('stg_learning_time') }}
),

told as (
    select
        3 as rank_of_witness,
        'registration' as evidence,
        tool,
        record_key,
        person_token,
        activity_id,
        started_at,
        minutes,
        learning_date,
        is_formal,
        mode,
        initiator
    from registered
    where recency = 1 and minutes > 0
    union all
    select
        1 as rank_of_witness,
        'attendance' as evidence,
        tool,
        record_key,
        person_token,
        activity_id,
        started_at,
        attended_minutes as minutes,
        held_date as learning_date,
        true as is_formal,
        'formal' as mode,
        cast(null as {{ dbt.type_string() }}) as initiator
    from {{ ref('int_attendance_told') }}
    where fate = 'counted' and attended_minutes > 0
),

final as (
    select
        told.rank_of_witness,
        told.evidence,
        told.tool,
        told.record_key,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        {{ learner('links.person_key', 'told.person_token') }} as learner,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        told.started_at,
        told.minutes,
        told.learning_date,
        coalesce(told.is_formal, activities.is_formal) as is_formal,
        told.mode,
        told.initiator,
        {{ key_of(['told.evidence', 'told.tool', 'told.record_key']) }} as evidence_key
    from told
    {{ join_link('told', 'person_token', 'told.learning_date') }}
    {{ join_activity('told') }}
)

select * from final
