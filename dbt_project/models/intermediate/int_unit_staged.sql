{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

{#- Events are counted where they are located already: their files are the largest, and read once a build. -#}
{%- set located = ['statements', 'learning_events'] -%}

with

touched as (
    select distinct unit from {{ ref('int_unit_touched') }}
),

staged as (
    select tool, record_kind, unit
    from {{ ref('int_event_located') }}
    where unit in (select touched.unit from touched)
    {%- for kind in landed_kinds() if kind not in located %}
    union all
    select tool, '{{ kind }}' as record_kind, unit
    from {{ ref('stg_' ~ kind) }}
    where unit in (select touched.unit from touched)
    {%- endfor %}
),

final as (
    select tool, record_kind, unit, count(*) as row_count
    from staged
    group by tool, record_kind, unit
)

select * from final
