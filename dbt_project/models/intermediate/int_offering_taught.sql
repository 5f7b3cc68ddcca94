{#- Who offers what is a question about sources: two stores that hold the same statements are one of them. A source
    teaches an activity in the quarters in which somebody learned in it there: a catalogue that nobody touches, a form
    that asks for a course, and a survey or a test about it are no second course. -#}

with

stores as (
    select tool, source_tool from {{ ref('int_store_united') }}
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

recorded as (
    select tool, activity_id, person_token, occurred_date
    from {{ ref('stg_enrolments') }}
    where milestone in ('started', 'completed', 'passed', 'failed')
    union
    select tool, activity_id, person_token, coalesce(started_date, cast(started_at as date)) as occurred_date
    from {{ ref('stg_attendances') }}
    where attendance in ('attended', 'partly_attended')
),

learned as (
    select tool, activity_id, quarter_start_date, learner from {{ ref('int_offering_learned') }}
    union all
    select
        recorded.tool,
        recorded.activity_id,
        cast({{ dbt.date_trunc('quarter', 'recorded.occurred_date') }} as date) as quarter_start_date,
        {{ learner('links.person_key', 'recorded.person_token') }} as learner
    from recorded
    {{ join_link('recorded', 'person_token', 'recorded.occurred_date') }}
),

final as (
    select distinct
        stores.source_tool,
        activities.activity_key,
        learned.quarter_start_date,
        learned.learner
    from learned
    inner join stores on learned.tool = stores.tool
    inner join activities on learned.tool = activities.tool and learned.activity_id = activities.activity_id
)

select * from final
