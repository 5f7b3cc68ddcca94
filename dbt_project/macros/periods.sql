{# Numbers as parts of the name of a period. #}
{% macro text_of(number) -%}cast({{ number }} as {{ dbt.type_string() }}){%- endmacro %}


{% macro two_digits(number) -%}
    case when {{ number }} < 10 then '0' else '' end || {{ text_of(number) }}
{%- endmacro %}
