{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

{%- set sources = [
    ('statements', 'object_id', 'activity_name', 'activity_type', 'parent_activity_id', 'occurred_date'),
    ('learning_events', 'activity_id', 'activity_name', 'activity_kind', 'parent_activity_id', 'occurred_date'),
    ('learning_events', 'parent_activity_id', none, none, none, 'occurred_date'),
    ('enrolments', 'activity_id', 'activity_name', none, 'parent_activity_id', 'occurred_date'),
    ('assessments', 'activity_id', none, none, none, 'occurred_date'),
    ('attendances', 'activity_id', none, none, none, 'started_date'),
    ('learning_time', 'activity_id', none, none, none, 'learning_date'),
] %}

with

touched as (
    select distinct unit from {{ ref('int_unit_touched') }}
),

seen as (
    {%- for kind, activity, name, type, parent, day in sources %}
    select
        tool,
        unit,
        '{{ kind }}' as record_kind,
        {{ activity }} as activity_id,
        {{ name or 'cast(null as ' ~ dbt.type_string() ~ ')' }} as activity_name,
        {{ type or 'cast(null as ' ~ dbt.type_string() ~ ')' }} as activity_type,
        {{ parent or 'cast(null as ' ~ dbt.type_string() ~ ')' }} as parent_activity_id,
        cast({{ day }} as date) as seen_date
    from {{ touched_units(kind) }} as {{ kind }}
    where
        unit in (select touched.unit from touched)
        and {{ activity }} is not null
        {{- " and object_kind = 'activity'" if kind == 'statements' }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        tool,
        unit,
        record_kind,
        activity_id,
        max(activity_name) as activity_name,
        max(activity_type) as activity_type,
        max(parent_activity_id) as parent_activity_id,
        min(seen_date) as first_seen_date,
        count(*) as row_count
    from seen
    group by tool, unit, record_kind, activity_id
)

select * from final
