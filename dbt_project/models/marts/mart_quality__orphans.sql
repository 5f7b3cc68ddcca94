{%- set facts = {
    'enrolments': ('fct_enrolment', 'enrolled_date'),
    'assessments': ('fct_assessment_result', 'occurred_date'),
    'attendances': ('fct_session_attendance', 'held_date'),
    'learning_time': ('fct_learning_time', 'learning_date'),
} %}
with

-- By day first: which month a day is in needs to be asked of no fact.
days as (
    select
        tool,
        'learning_events' as fact_kind,
        occurred_date as fact_date,
        events as records,
        events_without_person as records_without_person,
        events_without_activity as records_without_activity,
        events_without_unit as records_without_unit
    from {{ ref('fct_learning_event_daily') }}
    {%- for kind, (fact, day) in facts.items() %}
    union all
    select
        tool,
        '{{ kind }}' as fact_kind,
        {{ day }} as fact_date,
        count(*) as records,
        sum(case when person_key = {{ unknown_person() }} then 1 else 0 end) as records_without_person,
        sum(case when activity_key = {{ unknown_key() }} then 1 else 0 end) as records_without_activity,
        sum(case when person_key <> {{ unknown_person() }} and org_unit_key = {{ unknown_key() }} then 1 else 0 end)
            as records_without_unit
    from {{ ref(fact) }}
    group by tool, {{ day }}
    {%- endfor %}
),

counted as (
    select
        tool,
        fact_kind,
        cast({{ dbt.date_trunc('month', 'fact_date') }} as date) as month_start,
        sum(records) as records,
        sum(records_without_person) as records_without_person,
        sum(records_without_activity) as records_without_activity,
        sum(records_without_unit) as records_without_unit
    from days
    group by tool, fact_kind, {{ dbt.date_trunc('month', 'fact_date') }}
),

final as (
    select
        {{ key_of(['tool', 'fact_kind', 'month_start']) }} as orphan_key,
        tool,
        fact_kind,
        month_start,
        cast(records as bigint) as records,
        cast(records_without_person as bigint) as records_without_person,
        cast(records_without_activity as bigint) as records_without_activity,
        cast(records_without_unit as bigint) as records_without_unit
    from counted
)

select * from final
