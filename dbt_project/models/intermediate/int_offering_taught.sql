{{ config(materialized='view') }}

{#- Who offers what is a question about sources: two stores that hold the same statements are one of them. A source
    teaches an activity in the quarters in which somebody learned in it there. -#}

with

stores as (
    select tool, source_tool from {{ ref('int_store_united') }}
),

-- Pages, videos and questions are shared because their courses are, and most of what is learned is about them: who
-- learned where is asked of the things that one enrols in.
activities as (
    select tool, activity_id, activity_key
    from {{ ref('int_activity_harmonised') }}
    where
        activity_key in (
            select offerings.activity_key
            from {{ ref('int_activity_harmonised') }} as offerings
            where offerings.is_enrollable
        )
),

learned as (
    select tool, activity_id, quarter_start_date, learner from {{ ref('int_offering_learned') }}
    union all
    select
        attended.tool,
        attended.activity_id,
        cast({{ dbt.date_trunc('quarter', 'attended.occurred_date') }} as date) as quarter_start_date,
        {{ learner('links.person_key', 'attended.person_token') }} as learner
    from {{ ref('int_offering_attended') }} as attended
    {{ join_link('attended', 'person_token', 'attended.occurred_date') }}
),

final as (
    select
        stores.source_tool,
        activities.activity_key,
        learned.quarter_start_date,
        learned.learner
    from learned
    inner join stores on learned.tool = stores.tool
    inner join activities on learned.tool = activities.tool and learned.activity_id = activities.activity_id
)

select * from final
