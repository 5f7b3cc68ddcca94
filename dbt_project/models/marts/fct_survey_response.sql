{#- Who answered stays behind: a response is known by a key of its own, so that answers of one form belong together, and
    by the unit that the respondent worked in on the day, where the survey declared the link. -#}

with

answers as (select * from {{ ref('int_survey_answered') }}),

final as (
    select
        answers.survey_response_key,
        answers.tool,
        answers.response_key,
        answers.survey_id,
        answers.item_id,
        {{ key_of(['answers.tool', 'answers.survey_id', 'answers.item_id']) }} as survey_item_key,
        answers.construct,
        answers.occasion,
        answers.activity_key,
        coalesce(persons.org_unit_key, {{ org_unit_key('answers.org_unit_id') }}) as org_unit_key,
        answers.answered_date,
        answers.answer_number,
        answers.answer_code,
        answers.scale_min,
        answers.scale_max,
        answers.answer_share
    from answers
    {{ join_person_as_of('answers', 'answered_date') }}
)

select * from final
