{# The day that the build is made for: THROUGHLINE_AS_OF, or today (UTC). #}
{% macro as_of() -%}
    cast('{{ env_var("THROUGHLINE_AS_OF", "") or run_started_at.strftime("%Y-%m-%d") }}' as date)
{%- endmacro %}


{# Intervals are half-open, [valid_from, valid_to), and both ends are always there, so an as-of join is two
   comparisons. These two days stand for "always" and "still". #}
{% macro beginning_of_time() -%}cast('1900-01-01' as date){%- endmacro %}
{% macro end_of_time() -%}cast('9999-12-31' as date){%- endmacro %}


{# Whether a row with valid_from and valid_to held on a day. #}
{% macro holds_on(interval, day) -%}
    {{ day }} >= {{ interval }}.valid_from and {{ day }} < {{ interval }}.valid_to
{%- endmacro %}


{#
    Of the rows that a list of touched things names, none lies or lay before the first day that the list holds
    (`since_date`). A long history is in the order of its days, so an engine skips what lies before: with an empty list
    all of it, and so the end of time, since no engine skips what lies before null.
#}
{% macro since_listed(day, touched) -%}
    {{ day }} >= (select coalesce(min(listed.since_date), {{ end_of_time() }}) from {{ touched }} as listed)
{%- endmacro %}


{#
    The keys of a list, for `in`. Their rows are few and lie anywhere in a long history: DuckDB passes a filter of the
    keys to the scan and opens the other columns only where one may be, but only if the list itself is filtered. So it
    is, by what is true of every key.
#}
{% macro keys_listed(column, touched) -%}
    (select listed.{{ column }} from {{ touched }} as listed where listed.{{ column }} <> '')
{%- endmacro %}


{#
    The rows of a long history whose key a list holds, all columns of them. What was replaced just now stands at its
    end: DuckDB finds out by the keys alone where the rows are, and opens the other columns from there.
#}
{% macro rows_listed(history, key, touched) -%}
    {{ return(adapter.dispatch('rows_listed')(history, key, touched)) }}
{%- endmacro %}


{% macro default__rows_listed(history, key, touched) -%}
    (select * from {{ history }} where {{ key }} in {{ keys_listed(key, touched) }})
{%- endmacro %}


{% macro duckdb__rows_listed(history, key, touched) -%}
    {%- if not history.schema -%}
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


{% macro day_after(day) -%}
    cast({{ dbt.dateadd('day', 1, day) }} as date)
{%- endmacro %}


{% macro day_before(day) -%}
    cast({{ dbt.dateadd('day', -1, day) }} as date)
{%- endmacro %}


{# Elapsed days as a number with fractions; engines do not agree on the difference of two instants. #}
{% macro days_between(earlier, later) -%}
    (cast({{ dbt.datediff(earlier, later, 'second') }} as double) / 86400)
{%- endmacro %}
