{# Numbers as parts of the name of a period. #}
{% macro text_of(number) -%}cast({{ number }} as {{ dbt.type_string() }}){%- endmacro %}


{% macro two_digits(number) -%}
    case when {{ number }} < 10 then '0' else '' end || {{ text_of(number) }}
{%- endmacro %}


{#
    The instant so many minutes later. A duration of decades is told by mistake, and would lead to an instant that no
    engine knows: a year is enough.
#}
{% macro minutes_later(minutes, instant) -%}
    {{ dbt.dateadd('second', 'cast(round(least(' ~ minutes ~ ', 525600) * 60) as bigint)', instant) }}
{%- endmacro %}
