{#
    A bridge between two kinds of the strategy workbook: the links of one kind, with their shares. `from_key` and
    `to_key` name the two ends; an activity is found by its catalogue code, or else by its id in a tool, and is the
    unknown member where nobody offers it: its share stays told.
#}
{% macro strategy_bridge(from_type, from_key, to_type, to_key) -%}
with

links as (
    select * from {{ ref('int_strategy_linked') }} where from_type = '{{ from_type }}' and to_type = '{{ to_type }}'
),
{% if 'activity' in [from_type, to_type] %}
{{ activity_codes() }},

ids as (
    select activity_id, min(activity_key) as activity_key
    from {{ ref('int_activity_harmonised') }}
    group by activity_id
    having count(distinct activity_key) = 1
),
{% endif %}
resolved as (
    select
        {%- for type, key, column in [(from_type, from_key, 'from_id'), (to_type, to_key, 'to_id')] %}
        {%- if type == 'activity' %}
        coalesce(codes.activity_key, ids.activity_key, {{ unknown_key() }}) as {{ key }},
        {%- else %}
        links.{{ column }} as {{ key }},
        {%- endif %}
        {%- endfor %}
        links.valid_from,
        links.valid_to,
        links.weight_share
    from links
    {%- if 'activity' in [from_type, to_type] %}
    {%- set named = 'from_id' if from_type == 'activity' else 'to_id' %}
    left join codes on links.{{ named }} = codes.catalogue_code
    left join ids on links.{{ named }} = ids.activity_id
    {%- endif %}
),

final as (
    select
        {{ from_key }},
        {{ to_key }},
        valid_from,
        valid_to,
        {{ as_of() }} >= valid_from and {{ as_of() }} < valid_to as is_current,
        sum(weight_share) as weight_share
    from resolved
    group by {{ from_key }}, {{ to_key }}, valid_from, valid_to
)

select * from final
{%- endmacro %}
