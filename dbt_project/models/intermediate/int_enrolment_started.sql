{{ config(materialized='replace_partitions', partition_by='pair_key', touched='int_enrolment_touched') }}

{%- set whose = 'source_tool, learner, activity_key' %}
{%- set enrolment = whose ~ ', pair_key, enrolment_key, enrolment_number' %}

with

{{ places_of_pairs(ref('int_enrolment_touched')) }},

milestones as (
    select numbered.*, vocabulary.is_opening, vocabulary.is_closing
    from {{ rows_listed(ref('int_enrolment_numbered'), 'pair_key', ref('int_enrolment_touched')) }} as numbered
    inner join {{ ref('seed_milestone') }} as vocabulary on numbered.milestone = vocabulary.milestone
),

enrolments as (
    select
        {{ enrolment }},
        enrolment_tool,
        person_key,
        min(occurred_at) as first_at,
        min(case when is_opening then occurred_at end) as opening_at,
        min(case when is_closing then occurred_at end) as closed_at,
        max(case when milestone = 'started' then 1 else 0 end) = 1 as has_start
    from milestones
    group by {{ enrolment }}, enrolment_tool, person_key
),

-- From when to when an own activity belongs to the enrolment. Who was there before an enrolment was opened only
-- looked; where a tool never tells the opening, all that lies before the first end belongs to the first enrolment.
periods as (
    select
        *,
        case
            when enrolment_number > 1 or opening_at = first_at then first_at
            else cast({{ beginning_of_time() }} as {{ dbt.type_timestamp() }})
        end as opened_at,
        lead(first_at) over (partition by {{ whose }} order by enrolment_number) as next_opened_at
    from enrolments
),

visited as (
    select visited.*
    from {{ ref('int_offering_visited') }} as visited
    {{ join_places('visited', ref('int_offering_visited'), ref('int_enrolment_touched')) }}
),

visits as (
    select
        stores.source_tool,
        {{ learner('links.person_key', 'visited.person_token') }} as learner,
        activities.activity_key,
        visited.occurred_date,
        visited.first_at,
        visited.last_at
    from visited
    inner join {{ ref('int_activity_harmonised') }} as activities
        on visited.tool = activities.tool and visited.activity_id = activities.activity_id
    inner join {{ ref('int_store_united') }} as stores on visited.tool = stores.tool
    left join {{ ref('int_identity_link') }} as links
        on visited.person_token = links.token and {{ holds_on('links', 'visited.occurred_date') }}
),

-- On the day of the opening itself, the learner may have looked before it; the activity then starts with the opening.
started as (
    select
        periods.source_tool,
        periods.enrolment_tool,
        periods.person_key,
        periods.learner,
        periods.activity_key,
        periods.pair_key,
        periods.enrolment_key,
        periods.enrolment_number,
        visits.occurred_date,
        greatest(visits.first_at, periods.opened_at) as occurred_at
    from periods
    inner join visits
        on
            periods.source_tool = visits.source_tool
            and periods.learner = visits.learner
            and periods.activity_key = visits.activity_key
            and periods.opened_at <= visits.last_at
            and (periods.next_opened_at is null or periods.next_opened_at > visits.first_at)
            and (periods.closed_at is null or periods.closed_at >= visits.first_at)
    where not periods.has_start
),

ranked as (
    select
        *,
        row_number() over (partition by {{ enrolment }} order by occurred_at, occurred_date) as start_number
    from started
),

final as (
    select
        ranked.pair_key,
        ranked.enrolment_key,
        ranked.source_tool,
        ranked.enrolment_tool,
        ranked.person_key,
        ranked.learner,
        ranked.activity_key,
        ranked.enrolment_number,
        vocabulary.milestone,
        vocabulary.progress_order,
        ranked.occurred_at,
        ranked.occurred_date,
        'first activity in it' as rule
    from ranked
    inner join {{ ref('seed_milestone') }} as vocabulary on vocabulary.milestone = 'started'
    where ranked.start_number = 1
)

select * from final
