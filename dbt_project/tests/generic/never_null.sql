{# One question for all columns of a model that must be filled, answered by a row for each that is not: to dbt, a node
   for each column would cost more than asking it. #}
{% test never_null(model, columns) %}
with counted as (
    select
        {%- for column in columns %}
        count(*) - count({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
)
{% for column in columns %}
select '{{ column }}' as column_name, {{ column }} as rows_without
from counted
where {{ column }} > 0
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endtest %}
