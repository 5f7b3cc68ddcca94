{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}

{#- The history stands here by name and not as a CTE: a CTE that is read several times, an engine writes down whole. -#}
{%- set touched_events -%}
    (
        select *
        from {{ ref('fct_learning_event') }}
        where occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
    )
{%- endset %}

-- What is measured of a day is measured again when the day is touched, and only then. A key that stands on two days is
-- counted on the one that was touched last; as long as there is one, no build is confirmed and both stay touched.
with

known_verbs as (
    select distinct verb from {{ ref('seed_verb_map') }}
),

copies as (
    select event_key, count(*) as row_count
    from {{ ref('fct_learning_event') }}
    {%- if not lists_all(ref('int_partitions_touched')) %}
    where event_key in (select events.event_key from {{ touched_events }} as events)
    {%- endif %}
    group by event_key
    having count(*) > 1
),

-- A statement keeps its id in every tool that relays it, so a key can stand twice across tools as well.
with_extra_rows as (
    select events.*, 0 as extra_rows
    from {{ touched_events }} as events
    where events.event_key not in (select copies.event_key from copies)
    union all
    select
        events.*,
        case
            when row_number() over (partition by events.event_key order by events.tool, events.occurred_date) = 1
                then copies.row_count - 1
            else 0
        end as extra_rows
    from {{ touched_events }} as events
    inner join copies on events.event_key = copies.event_key
),

told as (
    select
        *,
        occurred_at > {{ dbt.dateadd('day', 1, 'loaded_at') }} as is_future,
        cast({{ dbt.date_trunc('month', 'occurred_at') }} as date) as month,
        {{ dbt.datediff('occurred_at', 'loaded_at', 'hour') }} as arrival_lag_hours
    from with_extra_rows
),

final as (
    select
        told.occurred_date,
        told.tool,
        told.month,
        told.is_future,
        told.loaded_at,
        told.arrival_lag_hours,
        count(*) as events,
        count(case when told.person_key = {{ unknown_person() }} then 1 end) as events_without_person,
        count(case when told.activity_key = {{ unknown_key() }} then 1 end) as events_without_activity,
        count(case when known_verbs.verb is null then 1 end) as events_with_unmapped_verb,
        count(case when told.occurred_at < cast('1990-01-01' as date) then 1 end) as events_before_1990,
        cast(sum(told.extra_rows) as {{ dbt.type_bigint() }}) as duplicate_event_keys,
        min(told.occurred_at) as earliest_at,
        max(told.occurred_at) as latest_at
    from told
    left join known_verbs on told.verb = known_verbs.verb
    group by told.occurred_date, told.tool, told.month, told.is_future, told.loaded_at, told.arrival_lag_hours
)

select * from final
