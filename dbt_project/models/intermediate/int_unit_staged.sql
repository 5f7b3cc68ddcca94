{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

{#- The day that a row of each kind tells of. What describes holds from its day on; accounts, offerings and sheets
    without a day hold always. Events are counted where they are located already, since their files are the largest. -#}
{%- set days = {
    'enrolments': 'occurred_date',
    'attendances': 'coalesce(started_date, cast(started_at as date))',
    'assessments': 'occurred_date',
    'learning_time': 'learning_date',
    'certifications': 'event_date',
    'survey_responses': 'cast(coalesce(answered_at, extracted_at) as date)',
    'observations': 'cast(observed_at as date)',
    'kpi_values': 'period_start',
    'capability_assessments': 'cast(assessed_at as date)',
    'costs': 'period_start',
    'people': 'effective_date',
    'job_assignments': 'effective_date',
    'absences': 'started_date',
    'org_units': 'effective_date',
    'positions': 'effective_date',
} %}

with

touched as (
    select distinct unit from {{ ref('int_unit_touched') }}
),

staged as (
    select tool, record_kind, unit, occurred_date as told_date
    from {{ ref('int_event_located') }}
    where unit in (select touched.unit from touched)
    {%- for kind in landed_kinds() if kind not in ['statements', 'learning_events'] %}
    union all
    select tool, '{{ kind }}' as record_kind, unit, cast({{ days.get(kind, 'null') }} as date) as told_date
    from {{ touched_units(kind) }}
    where unit in (select touched.unit from touched)
    {%- endfor %}
),

final as (
    select
        tool,
        record_kind,
        unit,
        count(*) as row_count,
        min(told_date) as first_told_date,
        max(told_date) as last_told_date
    from staged
    group by tool, record_kind, unit
)

select * from final
