{#- Who answered stays behind: a response is known by a key of its own, so that answers of one form belong together, and
    by the unit that the respondent worked in on the day, where the survey declared the link. -#}

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
        {{ key_of(['linked.tool', 'linked.record_key']) }} as survey_response_key,
        linked.tool,
        {{ key_of(['linked.tool', 'linked.survey_id', 'linked.response_id']) }} as response_key,
        linked.survey_id,
        linked.item_id,
        {{ key_of(['linked.tool', 'linked.survey_id', 'linked.item_id']) }} as survey_item_key,
        linked.construct,
        linked.occasion,
        linked.activity_key,
        coalesce(persons.org_unit_key, {{ org_unit_key('linked.org_unit_id') }}) as org_unit_key,
        linked.local_date as answered_date,
        linked.answer_number,
        linked.answer_code,
        linked.scale_min,
        linked.scale_max,
        case
            when linked.scale_min < linked.scale_max
                then (linked.answer_number - linked.scale_min) / (linked.scale_max - linked.scale_min)
        end as answer_share
    from linked
    {{ join_person_as_of('linked', 'local_date') }}
)

select * from final
