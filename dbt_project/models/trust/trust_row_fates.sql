{{ config(alias='row_fates') }}

{#- Kinds of which the last word on each record is a row of a fact: the fact, its key, and which records it leaves out
    for which reason. -#}
{%- set facts = {
    'capability_assessments': ('fct_capability_assessment', 'assessment_key', {}),
    'certifications': ('fct_certification_award', 'certification_event_key', {'requirement': "event = 'required'"}),
    'costs': ('fct_learning_cost', 'cost_key', {}),
    'kpi_values': ('fct_kpi_observation', 'kpi_observation_key', {'personal': 'person_token is not null'}),
    'observations': ('fct_observation', 'observation_key', {}),
    'survey_responses': ('fct_survey_response', 'survey_response_key', {}),
} %}
{%- set fates_of_events = ['redelivered', 'conflicting', 'voiding', 'voided', 'in_fact'] %}

with
{% for kind, (fact, key, left_out) in facts.items() %}
{{ kind }} as (
    select
        delivered.tool,
        '{{ kind }}' as record_kind,
        delivered.unit,
        case
            when delivered.recency > 1 then 'redelivered'
            {%- for reason, condition in left_out.items() %}
            when delivered.{{ condition }} then '{{ reason }}'
            {%- endfor %}
            when facts.{{ key }} is not null then 'in_fact'
            else 'unexplained'
        end as fate
    from (select *, {{ recency_of_record() }} as recency from {{ ref('stg_' ~ kind) }}) as delivered
    left join {{ ref(fact) }} as facts
        on {{ key_of(['delivered.tool', 'delivered.record_key']) }} = facts.{{ key }}
),
{% endfor %}
assessments as (
    select
        results.tool,
        results.record_kind,
        results.unit,
        case
            when results.fate <> 'counted' then results.fate
            when facts.assessment_key is not null then 'in_fact'
            else 'unexplained'
        end as fate
    from {{ ref('int_assessment_resulted') }} as results
    left join {{ ref('fct_assessment_result') }} as facts on results.assessment_key = facts.assessment_key
    where results.record_kind = 'assessments' -- statements are counted as events
),

attendances as (
    select
        told.tool,
        'attendances' as record_kind,
        told.unit,
        case
            when told.fate <> 'counted' then told.fate
            when facts.attendance_key is not null then 'in_fact'
            else 'unexplained'
        end as fate
    from {{ ref('int_attendance_told') }} as told
    left join {{ ref('fct_session_attendance') }} as facts
        on {{ key_of(['told.tool', 'told.record_key']) }} = facts.attendance_key
),

-- What several rows make one row of a fact of is looked for among what that row is made of.
enrolments as (
    select
        told.tool,
        'enrolments' as record_kind,
        told.unit,
        case
            when told.fate <> 'counted' then told.fate
            when numbered.record_key is not null then 'in_fact'
            when not milestones.is_enrollable then 'of_part'
            else 'unexplained'
        end as fate
    from {{ ref('int_enrolment_told') }} as told
    left join {{ ref('int_enrolment_milestone') }} as milestones
        on
            told.tool = milestones.tool
            and told.record_key = milestones.record_key
            and milestones.record_kind = 'enrolments'
    left join {{ ref('int_enrolment_numbered') }} as numbered
        on
            told.tool = numbered.tool
            and told.record_key = numbered.record_key
            and numbered.record_kind = 'enrolments'
),

learning_time as (
    select
        delivered.tool,
        'learning_time' as record_kind,
        delivered.unit,
        case
            when delivered.recency > 1 then 'redelivered'
            when coalesce(delivered.minutes, 0) <= 0 then 'without_time'
            when united.record_key is not null then 'in_fact'
            else 'unexplained'
        end as fate
    from (select *, {{ recency_of_record() }} as recency from {{ ref('stg_learning_time') }}) as delivered
    left join {{ ref('int_learning_time_united') }} as united
        on
            delivered.tool = united.tool
            and delivered.record_key = united.record_key
            and united.evidence = 'registration'
),

counted as (
    {%- for kind in (facts | list) + ['assessments', 'attendances', 'enrolments', 'learning_time'] %}
    select tool, record_kind, unit, fate, count(*) as row_count from {{ kind }} group by tool, record_kind, unit, fate
    union all
    {%- endfor %}
    {%- for fate in fates_of_events %}
    select tool, record_kind, unit, '{{ fate }}' as fate, sum(rows_{{ fate }}) as row_count
    from {{ ref('trust_events_by_day') }}
    group by tool, record_kind, unit
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select tool, record_kind, unit, fate, cast(row_count as bigint) as row_count from counted where row_count > 0
)

select * from final
