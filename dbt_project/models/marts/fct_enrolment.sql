{%- set milestones = [
    'requested', 'approved', 'rejected', 'confirmed', 'waitlisted', 'assigned', 'started', 'completed', 'passed',
    'failed', 'cancelled', 'exempted', 'expired'
] %}
{%- set shared = [
    'source_tool', 'enrolment_tool', 'person_key', 'learner', 'activity_key', 'enrolment_number', 'milestone',
    'progress_order', 'occurred_at', 'occurred_date', 'rule'
] | join(', ') %}

with

milestones as (
    select {{ shared }}, due_at, record_key from {{ ref('int_enrolment_numbered') }}
    union all
    select {{ shared }}, cast(null as {{ dbt.type_timestamp() }}) as due_at, '' as record_key
    from {{ ref('int_enrolment_started') }}
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
        source_tool,
        enrolment_tool,
        person_key,
        learner,
        activity_key,
        enrolment_number,
        {%- for milestone in milestones %}
        min(case when milestone = '{{ milestone }}' then occurred_at end) as {{ milestone }}_at,
        {%- endfor %}
        max(case when milestone = 'assigned' then due_at end) as due_at,
        max(case when progress_order = furthest_progress then milestone end) as current_state,
        max(case when milestone = 'completed' and milestone_occurrence = 1 then rule end) as completed_rule,
        max(case when milestone = 'passed' and milestone_occurrence = 1 then rule end) as passed_rule,
        max(case when milestone = 'started' and milestone_occurrence = 1 then rule end) as started_rule,
        min(occurred_date) as enrolled_date,
        min(case when milestone = 'started' then occurred_date end) as started_date,
        min(case when milestone = 'completed' then occurred_date end) as completed_day,
        min(case when milestone = 'passed' then occurred_date end) as passed_day,
        min(case when milestone not in ('completed', 'passed', 'failed') then occurred_at end) as opened_at
    from ranked
    group by source_tool, enrolment_tool, person_key, learner, activity_key, enrolment_number
),

ended as (
    select *, coalesce(completed_at, passed_at) as ended_at
    from pivoted
),

final as (
    select
        {{ key_of([
            'enrolments.source_tool', 'enrolments.learner', 'enrolments.activity_key', 'enrolments.enrolment_number'
        ]) }} as enrolment_key,
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
        {%- for milestone in ['started', 'completed', 'passed', 'failed', 'cancelled', 'exempted', 'expired'] %}
        enrolments.{{ milestone }}_at,
        {%- endfor %}
        enrolments.current_state,
        enrolments.started_rule as start_rule,
        coalesce(enrolments.completed_rule, enrolments.passed_rule) as completion_rule,
        enrolments.enrolled_date,
        enrolments.started_date,
        coalesce(enrolments.completed_day, enrolments.passed_day) as completed_date,
        case
            when enrolments.ended_at >= enrolments.opened_at
                then {{ days_between('enrolments.opened_at', 'enrolments.ended_at') }}
        end as days_to_complete,
        enrolments.ended_at is not null as is_completed
    from ended as enrolments
    left join persons
        on
            enrolments.person_key = persons.person_key
            and enrolments.enrolled_date >= persons.valid_from
            and enrolments.enrolled_date < persons.valid_to
)

select * from final
