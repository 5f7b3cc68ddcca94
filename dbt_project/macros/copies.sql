{#
    Of several copies of one statement, the first is the one that was stored first, then extracted first. The rest of
    the order only makes the choice the same in every order of arrival.
#}
{% macro first_copy(statements) -%}
    {%- set columns = ['extracted_at', 'tool', 'unit', 'source_line', 'body_hash'] -%}
    coalesce({{ statements }}.stored_at, {{ statements }}.extracted_at)
    {%- for column in columns %}, {{ statements }}.{{ column }}{% endfor %}
{%- endmacro %}


{#
    CTEs; the last one, `repeated_numbers`, has the numbers of keys of one kind that touched days hold and that landed
    more than once. Few did, so they are found first, by the numbers alone. The copies may lie on any day: a changed
    time puts a copy into another partition.
#}
{% macro repeated_numbers(kind) -%}
    {%- set is_whole = lists_all(ref('int_partitions_touched')) -%}
{% if not is_whole -%}
touched_numbers as (
    select distinct record_number
    from {{ ref('int_event_located') }}
    where
        record_kind = '{{ kind }}'
        and occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
),

{% endif -%}
repeated_numbers as (
    select located.record_number
    from {{ ref('int_event_located') }} as located
    where
        located.record_kind = '{{ kind }}'
        and located.record_number
        {{ 'is not null' if is_whole else 'in ' ~ numbers_listed('record_number', 'touched_numbers') }}
    group by located.record_number
    having count(*) > 1
)
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


{#
    `from … where …` of the statements of other days that may lie in the same second as one of a touched day. One second
    may be two local days: at midnight, or where one of two players tells the time in another zone. Hardly anything of
    another day lies in the same second, so that is asked first, of a table of few columns.
#}
{% macro located_beside_touched_days() %}
    from {{ ref('int_event_located') }}
    where
        record_kind = 'statements'
        and occurred_date in (
            {%- for days in [-2, -1, 1, 2] %}
            select cast({{ dbt.dateadd('day', days, 'touched.occurred_date') }} as date) as occurred_date
            from {{ ref('int_partitions_touched') }} as touched
            {{- ' union' if not loop.last }}
            {%- endfor %}
        )
        and occurred_date not in (
            select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched
        )
        and {{ dbt.date_trunc('second', 'occurred_at') }} in (
            select {{ dbt.date_trunc('second', 'events.occurred_at') }}
            from {{ ref('int_learning_event_united') }} as events
            where events.record_kind = 'statements' and events.fate = 'counted' and events.person_token is not null
        )
{%- endmacro %}
