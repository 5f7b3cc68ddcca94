{{ config(
    materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched',
    keeps_replaced=true
) }}
-- depends_on: {{ ref('int_partitions_touched') }}

{#- The history stands here by name and not as a CTE: a CTE that is read twice, an engine writes down whole. -#}
{%- set own -%}
    (
        select events.*, verbs.milestone
        from {{ ref('int_learning_event_united') }} as events
        inner join verbs on events.verb_source = verbs.verb_source
        where events.fate = 'counted' and events.person_token is not null
    )
{%- endset %}

with

verbs as (
    select verb_source, milestone from {{ ref('seed_verb_map') }} where is_own_activity
),

-- To complete something is no visit to it, for nobody need be there (a nightly job decides, or a teacher). To complete
-- a part of it is one.
visits as (
    select *, activity_id as visited_activity_id
    from {{ own }} as own
    where activity_id is not null and coalesce(milestone, 'started') = 'started'
    union all
    select *, parent_activity_id as visited_activity_id
    from {{ own }} as own
    where parent_activity_id is not null and parent_activity_id <> coalesce(activity_id, '')
),

final as (
    select
        occurred_date,
        cast({{ dbt.date_trunc('quarter', 'occurred_date') }} as date) as quarter_start_date,
        tool,
        person_token,
        visited_activity_id as activity_id,
        {{ place_number('person_token', 'tool', 'visited_activity_id') }} as place_number,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        count(*) as event_count
    from visits
    group by occurred_date, tool, person_token, visited_activity_id
)

select * from final
-- Groups come out in any order; in that of their days, a day is found without reading the others.
order by occurred_date
