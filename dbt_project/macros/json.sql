{# A row for each text of a JSON array, as an expression of a select list; a null array yields no row. #}
{% macro each_text(column) -%}
    {{ return(adapter.dispatch('each_text')(column)) }}
{%- endmacro %}


{% macro default__each_text(column) -%}
    explode(from_json({{ column }}, 'array<string>'))
{%- endmacro %}


{% macro duckdb__each_text(column) -%}
    unnest(from_json({{ column }}, '["VARCHAR"]'))
{%- endmacro %}
