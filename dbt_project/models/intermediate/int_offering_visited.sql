{{ config(
    materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched',
    keeps_replaced=true
) }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

verbs as (
    select verb_source, milestone from {{ ref('seed_verb_map') }} where is_own_activity
),

-- To complete something is no visit to it, for nobody need be there (a nightly job decides, or a teacher). To complete
-- a part of it is one. The history stands here by name: a CTE that is read twice, an engine writes down.
visits as (
    select
        events.occurred_date,
        events.tool,
        events.person_token,
        events.activity_id,
        events.occurred_at
    from {{ ref('int_learning_event_united') }} as events
    inner join verbs on events.verb_source = verbs.verb_source
    where
        events.fate = 'counted'
        and events.person_token is not null
        and events.activity_id is not null
        and coalesce(verbs.milestone, 'started') = 'started'
    union all
    select
        events.occurred_date,
        events.tool,
        events.person_token,
        events.parent_activity_id as activity_id,
        events.occurred_at
    from {{ ref('int_learning_event_united') }} as events
    inner join verbs on events.verb_source = verbs.verb_source
    where
        events.fate = 'counted'
        and events.person_token is not null
        and events.parent_activity_id is not null
        and events.parent_activity_id <> coalesce(events.activity_id, '')
),

final as (
    select
        occurred_date,
        cast({{ dbt.date_trunc('quarter', 'occurred_date') }} as date) as quarter_start_date,
        tool,
        person_token,
        activity_id,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        count(*) as event_count
    from visits
    group by occurred_date, tool, person_token, activity_id
)

select * from final
-- Groups come out in any order; in that of their days, a day is found without reading the others.
order by occurred_date
