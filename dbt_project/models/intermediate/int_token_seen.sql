{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

{%- set sources = [
    ('accounts', 'account_token'),
    ('statements', 'actor_token'),
    ('learning_events', 'person_token'),
    ('enrolments', 'person_token'),
    ('attendances', 'person_token'),
    ('assessments', 'person_token'),
    ('learning_time', 'person_token'),
    ('certifications', 'person_token'),
    ('survey_responses', 'person_token'),
    ('observations', 'person_token'),
    ('capability_assessments', 'person_token'),
] %}

with

touched as (
    select distinct unit from {{ ref('int_unit_touched') }}
),

final as (
    {%- for kind, token in sources %}
    select
        tool,
        unit,
        '{{ kind }}' as record_kind,
        {{ token }} as token,
        {{ number_of([token]) }} as token_number,
        {{ 'max(identifier_type)' if kind == 'accounts' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as identifier_type,
        count(*) as row_count
    from {{ touched_units(kind) }} as {{ kind }}
    where unit in (select touched.unit from touched) and {{ token }} is not null
    group by tool, unit, {{ token }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
