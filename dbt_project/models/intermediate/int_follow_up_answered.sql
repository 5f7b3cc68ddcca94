{#- What people say of themselves some time after learning: whether they used it, what kept them from it, and how far it
    led to a result. -#}

with

final as (
    select
        response_key,
        tool,
        person_key,
        activity_key,
        min(answered_date) as answered_date,
        max(case when construct = 'application' then answer_number end) > 0 as has_applied,
        max(case when construct = 'barrier' then answer_code end) as barrier,
        max(case when construct = 'success' then answer_number end) as success_points,
        max(case when construct = 'success' then scale_max end) as success_points_most
    from {{ ref('int_survey_answered') }}
    where occasion = 'follow_up'
    group by response_key, tool, person_key, activity_key
)

select * from final
