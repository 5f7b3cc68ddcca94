{# Instants of one row stand in the order of the columns, as far as they are known. #}
{% test ascending_where_known(model, columns) %}
select *
from {{ model }}
where
    {%- for earlier in columns %}
    {%- set outer = loop %}
    {%- for later in columns[loop.index:] %}
    {{ 'or ' if not (outer.first and loop.first) }}{{ earlier }} > {{ later }}
    {%- endfor %}
    {%- endfor %}
{% endtest %}
