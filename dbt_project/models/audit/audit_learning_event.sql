-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
with

events as (
    select
        event_key,
        tool,
        person_key,
        activity_key,
        verb,
        occurred_at,
        loaded_at,
        occurred_at > {{ dbt.dateadd('day', 1, 'loaded_at') }} as is_future
    from {{ ref('fct_learning_event') }}
),

-- A tool's first delivery holds its past; only what happens after it can arrive late.
first_deliveries as (
    select
        tool,
        min(loaded_at) as first_loaded_at
    from events
    group by tool
),

lags as (
    select
        events.tool,
        count(*) as steady_events,
        percentile_cont(0.95) within group (
            order by {{ dbt.datediff('events.occurred_at', 'events.loaded_at', 'hour') }}
        ) as arrival_lag_p95_hours
    from events
    inner join first_deliveries on events.tool = first_deliveries.tool
    where events.occurred_at >= first_deliveries.first_loaded_at and not events.is_future
    group by events.tool
),

-- A statement keeps its id in every tool that relays it, so a key can stand twice across tools as well.
duplicates as (
    select
        tool,
        sum(extra_rows) as duplicate_event_keys
    from (
        select
            min(tool) as tool,
            count(*) - 1 as extra_rows
        from events
        group by event_key
        having count(*) > 1
    ) as repeated_keys
    group by tool
),

known_verbs as (
    select distinct verb from {{ ref('seed_verb_map') }}
),

tools as (
    select
        events.tool,
        count(*) as events,
        count(case when events.person_key = {{ unknown_person() }} then 1 end) as events_without_person,
        count(case when events.activity_key = {{ unknown_key() }} then 1 end) as events_without_activity,
        count(case when known_verbs.verb is null then 1 end) as events_with_unmapped_verb,
        count(case when events.is_future then 1 end) as future_events,
        count(case when events.occurred_at < cast('1990-01-01' as date) then 1 end) as events_before_1990,
        min(events.occurred_at) as earliest_at,
        max(events.occurred_at) as latest_at
    from events
    left join known_verbs on events.verb = known_verbs.verb
    group by events.tool
),

scopes as (
    select '(all)' as tool
    union all
    select tool from tools
),

counted as (
    select
        scopes.tool,
        coalesce(sum(tools.events), 0) as events,
        coalesce(sum(duplicates.duplicate_event_keys), 0) as duplicate_event_keys,
        coalesce(sum(tools.events_without_person), 0) as events_without_person,
        coalesce(sum(tools.events_without_activity), 0) as events_without_activity,
        coalesce(sum(tools.events_with_unmapped_verb), 0) as events_with_unmapped_verb,
        coalesce(sum(tools.future_events), 0) as future_events,
        coalesce(sum(tools.events_before_1990), 0) as events_before_1990,
        coalesce(sum(lags.steady_events), 0) as steady_events,
        max(lags.arrival_lag_p95_hours) as arrival_lag_p95_hours,
        min(tools.earliest_at) as earliest_at,
        max(tools.latest_at) as latest_at
    from scopes
    left join tools on scopes.tool = '(all)' or scopes.tool = tools.tool
    left join duplicates on tools.tool = duplicates.tool
    left join lags on tools.tool = lags.tool
    group by scopes.tool
),

final as (
    select
        tool,
        cast(events as bigint) as events,
        cast(duplicate_event_keys as bigint) as duplicate_event_keys,
        cast(future_events as bigint) as future_events,
        cast(events_before_1990 as bigint) as events_before_1990,
        cast(steady_events as bigint) as steady_events,
        cast(events_without_person as double) / nullif(events, 0) as unknown_person_share,
        cast(events_without_activity as double) / nullif(events, 0) as unknown_activity_share,
        cast(events_with_unmapped_verb as double) / nullif(events, 0) as unmapped_verb_share,
        cast(future_events as double) / nullif(events, 0) as future_share,
        cast(arrival_lag_p95_hours as double) as arrival_lag_p95_hours,
        earliest_at,
        latest_at,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
)

select * from final
