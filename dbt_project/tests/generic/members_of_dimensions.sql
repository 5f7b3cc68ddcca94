{# Whatever a fact points at is there: `dimensions` are foreign key → dimension, whose column has the same name. #}
{% test members_of_dimensions(model, dimensions) %}
{%- for column, dimension in dimensions.items() %}
select '{{ column }}' as column_name, cast(facts.{{ column }} as {{ dbt.type_string() }}) as missing
from {{ model }} as facts
where
    facts.{{ column }} is not null
    and not exists (select 1 from {{ ref(dimension) }} as members where members.{{ column }} = facts.{{ column }})
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
