{# Whatever a fact points at is there: `dimensions` are foreign key → dimension, whose column has the same name. #}
{% test members_of_dimensions(model, dimensions) %}
{%- for column, dimension in dimensions.items() %}
select '{{ column }}' as column_name, cast(facts.{{ column }} as {{ dbt.type_string() }}) as missing
from {{ model }} as facts
left join {{ ref(dimension) }} as members on facts.{{ column }} = members.{{ column }}
where members.{{ column }} is null
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
