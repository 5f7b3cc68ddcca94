{%- set facts = {
    'learning_events': ('fct_learning_event', 'occurred_date'),
    'enrolments': ('fct_enrolment', 'enrolled_date'),
    'assessments': ('fct_assessment_result', 'occurred_date'),
    'attendances': ('fct_session_attendance', 'held_date'),
    'learning_time': ('fct_learning_time', 'learning_date'),
} %}
with

counted as (
    {%- for kind, (fact, day) in facts.items() %}
    select
        tool,
        '{{ kind }}' as fact_kind,
        cast({{ dbt.date_trunc('month', day) }} as date) as month_start,
        count(*) as records,
        sum(case when person_key = {{ unknown_person() }} then 1 else 0 end) as records_without_person,
        sum(case when activity_key = {{ unknown_key() }} then 1 else 0 end) as records_without_activity,
        sum(case when person_key <> {{ unknown_person() }} and org_unit_key = {{ unknown_key() }} then 1 else 0 end)
            as records_without_unit
    from {{ ref(fact) }}
    group by tool, {{ dbt.date_trunc('month', day) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
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
