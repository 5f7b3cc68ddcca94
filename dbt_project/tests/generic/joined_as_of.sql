{#
    Every fact joins this dimension as of its own time, and gets one version or the declared unknown member. `facts`
    are fact → its day. A fact that bears the key of a version (`version`) points at the one that held on its day, and
    at the unknown member only where none held; a fact that bears the durable key alone finds exactly one version.
    One question for all facts: to dbt, a node for each would cost more than asking it.
#}
{% test joined_as_of(model, facts, key, version=none) %}
with dimension as (
    select * from {{ model }}
)

{% for fact, day in facts.items() %}
select
    '{{ fact }}' as fact,
    cast(facts.{{ key }} as {{ dbt.type_string() }}) as member,
    cast(facts.{{ day }} as date) as fact_date,
    count(*) as row_count
from {{ ref(fact) }} as facts
left join dimension
    on
        facts.{{ key }} = dimension.{{ key }}
        and {{ holds_on('dimension', 'facts.' ~ day) }}
{%- if version %}
where facts.{{ version }} <> coalesce(dimension.{{ version }}, {{ unknown_key() }})
{%- else %}
where dimension.{{ key }} is null
{%- endif %}
group by facts.{{ key }}, cast(facts.{{ day }} as date)
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
