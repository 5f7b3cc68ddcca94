{#
    Of the rows that a list of touched things names, none lies or lay before the first day that the list holds
    (`since_date`). A long history is in the order of its days, so an engine skips what lies before: with an empty list
    all of it, and so the end of time, since no engine skips what lies before null.
#}
{% macro since_listed(day, touched) -%}
    {%- if lists_all(touched) -%}
        {{ day }} is not null
    {%- else -%}
        {{ day }} >= (select coalesce(min(listed.since_date), {{ end_of_time() }}) from {{ touched }} as listed)
    {%- endif -%}
{%- endmacro %}


{#
    Whether a column holds one of the keys of a list. In a whole build each of them is listed, and nobody need be asked:
    to join a long history to a list as long as itself takes an engine more memory than anything else.
#}
{% macro is_listed(column, touched, key=none) -%}
    {%- if lists_all(touched) -%}
        {{ column }} is not null
    {%- else -%}
        {{ column }} in {{ keys_listed(key or column.split('.')[-1], touched) }}
    {%- endif -%}
{%- endmacro %}


{% macro is_number_listed(column, touched) -%}
    {%- if lists_all(touched) -%}
        {{ column }} is not null
    {%- else -%}
        {{ column }} in {{ numbers_listed(column.split('.')[-1], touched) }}
    {%- endif -%}
{%- endmacro %}


{% macro is_day_listed(day, touched) -%}
    {%- if lists_all(touched) -%}
        {{ day }} is not null
    {%- else -%}
        {{ day }} in (select listed.occurred_date from {{ touched }} as listed)
    {%- endif -%}
{%- endmacro %}


{#
    Stands at the end of a list that is only asked for what changed. In a whole build nobody asks (`lists_all`), so the
    list is left empty; should the build not be confirmed, the next one is whole as well (`forget_confirmed`).
#}
{% macro where_asked_for() -%}
    {%- if lists_all(this) %}
    where 1 = 0
    {%- endif -%}
{%- endmacro %}


{# A list is a model, unless it is a CTE or stands for one in a unit test: such a list is as short as it was made. #}
{% macro lists_all(touched) -%}
    {{ return(execute and touched is not string and touched.schema and is_whole_build()) }}
{%- endmacro %}


{#
    The keys of a list, for `in`. Their rows are few and lie anywhere in a long history: DuckDB passes a filter of the
    keys to the scan and opens the other columns only where one may be, but only if the list itself is filtered. So it
    is, by what is true of every key.
#}
{% macro keys_listed(column, touched) -%}
    (select listed.{{ column }} from {{ touched }} as listed where listed.{{ column }} <> '')
{%- endmacro %}


{# The same of numbers that stand for keys (`number_of`). #}
{% macro numbers_listed(column, touched) -%}
    (select listed.{{ column }} from {{ touched }} as listed where listed.{{ column }} is not null)
{%- endmacro %}


{#
    The rows of a long history whose key a list holds, all columns of them. What was replaced just now stands at its
    end: DuckDB finds out by the keys alone where the rows are, and opens the other columns from there.
#}
{% macro rows_listed(history, key, touched) -%}
    {{ return(adapter.dispatch('rows_listed')(history, key, touched)) }}
{%- endmacro %}


{% macro default__rows_listed(history, key, touched) -%}
    (select * from {{ history }} where {{ is_listed(key, touched) }})
{%- endmacro %}


{% macro duckdb__rows_listed(history, key, touched) -%}
    {%- if lists_all(touched) -%}
        {{ history }}
    {%- elif not history.schema -%}
        {#- A unit test's rows stand nowhere. -#}
        {{ default__rows_listed(history, key, touched) }}
    {%- else -%}
        (
            select *
            from {{ history }}
            where rowid in (
                select found.rowid from {{ history }} as found where found.{{ key }} in {{ keys_listed(key, touched) }}
            )
        )
    {%- endif -%}
{%- endmacro %}
