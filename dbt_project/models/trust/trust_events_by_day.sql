{{ config(
    alias='events_by_day',
    materialized='replace_partitions',
    partition_by='occurred_date',
    touched='int_partitions_touched'
) }}

{%- set leavers = ['redelivered', 'conflicting', 'voiding', 'voided'] %}

with

touched as (
    select occurred_date from {{ ref('int_partitions_touched') }}
),

explained as (
    select
        occurred_date,
        tool,
        record_kind,
        unit,
        {%- for fate in leavers %}
        sum(case when fate = '{{ fate }}' then row_count else 0 end) as rows_{{ fate }},
        {%- endfor %}
        sum(row_count) as rows_staged
    from {{ ref('int_learning_event_explained') }}
    where occurred_date in (select touched.occurred_date from touched)
    group by occurred_date, tool, record_kind, unit
),

counted as (
    select occurred_date, tool, record_kind, unit, count(*) as rows_in_fact
    from {{ ref('fct_learning_event') }}
    where occurred_date in (select touched.occurred_date from touched)
    group by occurred_date, tool, record_kind, unit
),

final as (
    select
        coalesce(explained.occurred_date, counted.occurred_date) as occurred_date,
        coalesce(explained.tool, counted.tool) as tool,
        coalesce(explained.record_kind, counted.record_kind) as record_kind,
        coalesce(explained.unit, counted.unit) as unit,
        cast(coalesce(explained.rows_staged, 0) as bigint) as rows_staged,
        {%- for fate in leavers %}
        cast(coalesce(explained.rows_{{ fate }}, 0) as bigint) as rows_{{ fate }},
        {%- endfor %}
        cast(coalesce(counted.rows_in_fact, 0) as bigint) as rows_in_fact
    from explained
    full outer join counted
        on
            explained.occurred_date = counted.occurred_date
            and explained.tool = counted.tool
            and explained.record_kind = counted.record_kind
            and explained.unit = counted.unit
)

select * from final
