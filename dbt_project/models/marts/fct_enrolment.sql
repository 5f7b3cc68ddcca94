{{ config(
    materialized='replace_partitions', partition_by='enrolment_key', touched='int_enrolment_number_touched'
) }}

{%- set milestones = [
    'requested', 'approved', 'rejected', 'confirmed', 'waitlisted', 'assigned', 'started', 'passed', 'failed',
    'cancelled', 'exempted', 'expired'
] %}
{%- set shared = [
    'enrolment_key', 'source_tool', 'enrolment_tool', 'person_key', 'learner', 'activity_key', 'enrolment_number',
    'milestone', 'progress_order', 'occurred_at', 'occurred_date', 'rule'
] | join(', ') %}

with

milestones as (
    select {{ shared }}, record_kind, due_at, due_date, record_key
    from {{ rows_listed(ref('int_enrolment_numbered'), 'pair_key', ref('int_enrolment_number_touched')) }}
    union all
    select
        {{ shared }},
        '' as record_kind,
        cast(null as {{ dbt.type_timestamp() }}) as due_at,
        cast(null as date) as due_date,
        '' as record_key
    from {{ rows_listed(ref('int_enrolment_started'), 'pair_key', ref('int_enrolment_number_touched')) }}
),

persons as (
    select person_key, person_sk, org_unit_key, valid_from, valid_to from {{ ref('int_person_history') }}
),

-- The first time that a milestone is reached counts; the furthest milestone is the state.
ranked as (
    select
        *,
        row_number() over (
            partition by source_tool, learner, activity_key, enrolment_number, milestone
            order by occurred_at, record_key
        ) as milestone_occurrence,
        max(progress_order) over (
            partition by source_tool, learner, activity_key, enrolment_number
        ) as furthest_progress
    from milestones
),

pivoted as (
    select
        enrolment_key,
        source_tool,
        enrolment_tool,
        person_key,
        learner,
        activity_key,
        enrolment_number,
        {%- for milestone in milestones %}
        min(case when milestone = '{{ milestone }}' then occurred_at end) as {{ milestone }}_at,
        {%- endfor %}
        -- A list of mandatory training tells the day beside whatever has been reached, assigned or not.
        coalesce(max(case when milestone = 'assigned' then due_at end), max(due_at)) as due_at,
        coalesce(max(case when milestone = 'assigned' then due_date end), max(due_date)) as due_date,
        max(case when progress_order = furthest_progress then milestone end) as current_state,
        max(case when milestone = 'started' and milestone_occurrence = 1 then rule end) as started_rule,
        min(occurred_date) as enrolled_date,
        {%- for milestone in ['requested', 'approved', 'confirmed'] %}
        min(case when milestone = '{{ milestone }}' then occurred_date end) as {{ milestone }}_date,
        {%- endfor %}
        min(case when milestone = 'started' then occurred_date end) as started_date,
        min(case when milestone not in ('completed', 'passed', 'failed') then occurred_at end) as opened_at
    from ranked
    group by enrolment_key, source_tool, enrolment_tool, person_key, learner, activity_key, enrolment_number
),

judged as (
    select *, {{ completion_rule('ranked') }} as completion_rule from ranked
),

-- Of several rules that say completed, the one that comes first in `seed_completion_rule` decides, by what it said
-- first; to have passed completes only where no rule says completed.
decided as (
    select
        judged.*,
        row_number() over (
            partition by judged.source_tool, judged.learner, judged.activity_key, judged.enrolment_number
            order by
                case when judged.milestone = 'completed' then 0 else 1 end,
                rules.precedence,
                judged.occurred_at,
                judged.record_key
        ) as preference
    from judged
    inner join {{ ref('seed_completion_rule') }} as rules on judged.completion_rule = rules.completion_rule
),

completions as (
    select * from decided where preference = 1
),

ended as (
    select
        pivoted.*,
        case when completions.milestone = 'completed' then completions.occurred_at end as completed_at,
        completions.occurred_at as ended_at,
        completions.occurred_date as completed_date,
        completions.completion_rule,
        completions.rule as completion_evidence
    from pivoted
    left join completions
        on
            pivoted.source_tool = completions.source_tool
            and pivoted.learner = completions.learner
            and pivoted.activity_key = completions.activity_key
            and pivoted.enrolment_number = completions.enrolment_number
),

final as (
    select
        enrolments.enrolment_key,
        enrolments.enrolment_tool as tool,
        enrolments.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        enrolments.activity_key,
        enrolments.enrolment_number,
        {%- for milestone in ['requested', 'approved', 'rejected', 'confirmed', 'waitlisted', 'assigned'] %}
        enrolments.{{ milestone }}_at,
        {%- endfor %}
        enrolments.due_at,
        enrolments.due_date,
        {%- for milestone in ['started', 'completed', 'passed', 'failed', 'cancelled', 'exempted', 'expired'] %}
        enrolments.{{ milestone }}_at,
        {%- endfor %}
        enrolments.current_state,
        enrolments.started_rule as start_rule,
        enrolments.completion_rule,
        enrolments.completion_evidence,
        enrolments.enrolled_date,
        enrolments.requested_date,
        enrolments.approved_date,
        enrolments.confirmed_date,
        enrolments.started_date,
        enrolments.completed_date,
        case
            when enrolments.ended_at >= enrolments.opened_at
                then {{ days_between('enrolments.opened_at', 'enrolments.ended_at') }}
        end as days_to_complete,
        enrolments.ended_at is not null as is_completed
    from ended as enrolments
    left join persons
        on
            enrolments.person_key = persons.person_key
            and {{ holds_on('persons', 'enrolments.enrolled_date') }}
)

select * from final
