{#- A catalogue that nobody touches, a form that asks for a course, and a survey or a test about it are no second
    course: attended is what somebody began or ended, or came to. -#}

with

final as (
    select tool, activity_id, person_token, occurred_date
    from {{ ref('stg_enrolments') }}
    where milestone in ('started', 'completed', 'passed', 'failed')
    union
    select tool, activity_id, person_token, coalesce(started_date, cast(started_at as date)) as occurred_date
    from {{ ref('stg_attendances') }}
    where attendance in ('attended', 'partly_attended')
)

select * from final
