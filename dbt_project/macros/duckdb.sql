{# What dbt's translation for DuckDB leaves out: its safe cast is a cast, and one wrong value would end the build. #}
{% macro duckdb__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}
