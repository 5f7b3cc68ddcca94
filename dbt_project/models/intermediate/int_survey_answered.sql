{#- Whose answer it is and what it is about, for all that read answers. #}

with

-- Surveys name a course by its catalogue code, whichever tool offers it.
{{ activity_codes() }},

delivered as (
    select
        *,
        -- Units that landed before the local day was told have the day in UTC.
        coalesce(answered_date, cast(coalesce(answered_at, extracted_at) as date)) as local_date,
        {{ recency_of_record() }} as recency
    from {{ ref('stg_survey_responses') }}
),

final as (
    select
        {{ key_of(['delivered.tool', 'delivered.record_key']) }} as survey_response_key,
        delivered.tool,
        {{ key_of(['delivered.tool', 'delivered.survey_id', 'delivered.response_id']) }} as response_key,
        delivered.survey_id,
        delivered.item_id,
        delivered.construct,
        delivered.occasion,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        coalesce(activities.activity_key, codes.activity_key, {{ unknown_key() }}) as activity_key,
        delivered.org_unit_id,
        delivered.local_date as answered_date,
        delivered.answer_number,
        delivered.answer_code,
        delivered.scale_min,
        delivered.scale_max,
        case
            when delivered.scale_min < delivered.scale_max
                then (delivered.answer_number - delivered.scale_min) / (delivered.scale_max - delivered.scale_min)
        end as answer_share
    from delivered
    {{ join_link('delivered', 'person_token', 'delivered.local_date') }}
    {{ join_activity('delivered') }}
    left join codes on delivered.activity_id = codes.catalogue_code
    where delivered.recency = 1
)

select * from final
