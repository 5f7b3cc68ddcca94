{#- Who could have answered at the end of learning, and who did. A response that declares its person stands beside that
    person's completion; an anonymous one stands alone, in the month in which it was given. -#}

with

answers as (select * from {{ ref('int_survey_answered') }} where occasion = 'end'),

responses as (
    select
        response_key,
        tool,
        activity_key,
        person_key,
        min(answered_date) as answered_date,
        avg(case when construct in ('relevance', 'practice', 'intent') then answer_share end) as relevance_share,
        avg(case when construct = 'reaction' then answer_share end) as satisfaction_share,
        max(case when construct = 'recommendation' and scale_max = 10 then answer_number end) as recommendation,
        -- Naming a task and a day is a yes or no; agreeing that one means to use it is not that.
        max(case when construct = 'plan' then answer_share end) as plan_share
    from answers
    group by response_key, tool, activity_key, person_key
),

completions as (
    select person_key, activity_key, min(tool) as tool, min(completed_date) as completed_date
    from {{ ref('fct_completion') }}
    where person_key <> {{ unknown_person() }} and activity_key <> {{ unknown_key() }}
    group by person_key, activity_key
),

surveyed as (
    select activity_key, min(answered_date) as first_date from responses group by activity_key
),

-- Only where anybody is asked: of a course without a questionnaire nobody fails to answer.
asked as (
    select completions.*
    from completions
    inner join surveyed
        on
            completions.activity_key = surveyed.activity_key
            and completions.completed_date >= cast({{ dbt.date_trunc('month', 'surveyed.first_date') }} as date)
),

numbered as (
    select
        *,
        row_number() over (
            partition by person_key, activity_key order by answered_date, response_key
        ) as response_number
    from responses
),

final as (
    select
        coalesce(
            numbered.response_key, {{ key_of(["'completion'", 'asked.person_key', 'asked.activity_key']) }}
        ) as reaction_key,
        coalesce(numbered.tool, asked.tool) as tool,
        coalesce(numbered.activity_key, asked.activity_key) as activity_key,
        coalesce(asked.completed_date, numbered.answered_date) as cohort_date,
        -- Whoever signed an answer was asked. Anonymous ones are among those who completed, and asked with them.
        asked.person_key is not null or numbered.person_key <> {{ unknown_person() }} as is_asked,
        numbered.response_key,
        numbered.relevance_share,
        numbered.satisfaction_share,
        numbered.recommendation,
        numbered.plan_share >= 0.5 as has_plan
    from asked
    full outer join numbered
        on
            asked.person_key = numbered.person_key
            and asked.activity_key = numbered.activity_key
            and numbered.response_number = 1
)

select * from final
