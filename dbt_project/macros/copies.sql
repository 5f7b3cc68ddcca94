{#
    Of several copies of one statement, the first is the one that was stored first, then extracted first. The rest of
    the order only makes the choice the same in every order of arrival.
#}
{% macro first_copy(statements) -%}
    {%- set columns = ['extracted_at', 'tool', 'unit', 'source_line', 'body_hash'] -%}
    coalesce({{ statements }}.stored_at, {{ statements }}.extracted_at)
    {%- for column in columns %}, {{ statements }}.{{ column }}{% endfor %}
{%- endmacro %}


{# The last value that is not null before this row; engines do not agree on where `ignore nulls` stands. #}
{% macro last_known(column, partition_by, order_by) -%}
    {{ return(adapter.dispatch('last_known')(column, partition_by, order_by)) }}
{%- endmacro %}


{% macro default__last_known(column, partition_by, order_by) -%}
    last_value({{ column }}) ignore nulls over (
        partition by {{ partition_by }} order by {{ order_by }} rows between unbounded preceding and current row
    )
{%- endmacro %}


{% macro duckdb__last_known(column, partition_by, order_by) -%}
    last_value({{ column }} ignore nulls) over (
        partition by {{ partition_by }} order by {{ order_by }} rows between unbounded preceding and current row
    )
{%- endmacro %}
