{#- What people say of themselves some time after learning: whether they used it, what kept them from it, and how far it
    led to a result. -#}

with

{{ activity_codes() }},

delivered as (
    select
        *,
        coalesce(answered_date, cast(coalesce(answered_at, extracted_at) as date)) as local_date,
        {{ recency_of_record() }} as recency
    from {{ ref('stg_survey_responses') }}
    where occasion = 'follow_up'
),

linked as (
    select
        delivered.*,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        coalesce(activities.activity_key, codes.activity_key, {{ unknown_key() }}) as activity_key
    from delivered
    {{ join_link('delivered', 'person_token', 'delivered.local_date') }}
    {{ join_activity('delivered') }}
    left join codes on delivered.activity_id = codes.catalogue_code
    where delivered.recency = 1
),

final as (
    select
        {{ key_of(['tool', 'survey_id', 'response_id']) }} as response_key,
        tool,
        person_key,
        activity_key,
        min(local_date) as answered_date,
        max(case when construct = 'application' then answer_number end) > 0 as has_applied,
        max(case when construct = 'barrier' then answer_code end) as barrier,
        max(case when construct = 'success' then answer_number end) as success_points,
        max(case when construct = 'success' then scale_max end) as success_points_most
    from linked
    group by tool, survey_id, response_id, person_key, activity_key
)

select * from final
