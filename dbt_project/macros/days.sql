{# The day that the build is made for: THROUGHLINE_AS_OF, or today (UTC). #}
{% macro as_of() -%}
    cast('{{ env_var("THROUGHLINE_AS_OF", "") or run_started_at.strftime("%Y-%m-%d") }}' as date)
{%- endmacro %}


{# Intervals are half-open, [valid_from, valid_to), and both ends are always there, so an as-of join is two
   comparisons. These two days stand for "always" and "still". #}
{% macro beginning_of_time() -%}cast('1900-01-01' as date){%- endmacro %}
{% macro end_of_time() -%}cast('9999-12-31' as date){%- endmacro %}


{#
    Whether a row with valid_from and valid_to held on a day. A clock may tell a day before the first one (the zeros of
    .NET and of spreadsheets); what was always so was so then, too.
#}
{% macro holds_on(interval, day) -%}
    greatest({{ day }}, {{ beginning_of_time() }}) >= {{ interval }}.valid_from and {{ day }} < {{ interval }}.valid_to
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
