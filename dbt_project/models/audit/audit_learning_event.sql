-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
with

days as (
    select * from {{ ref('audit_learning_event_by_day') }}
),

-- A tool's first delivery holds its past; only what happens after it can arrive late.
first_deliveries as (
    select tool, min(loaded_at) as first_loaded_at
    from days
    group by tool
),

-- How many events arrived within so many hours. What happened in the very hour of the first delivery is left out.
arrivals as (
    select days.tool, days.arrival_lag_hours, sum(days.events) as events
    from days
    inner join first_deliveries on days.tool = first_deliveries.tool
    where days.earliest_at >= first_deliveries.first_loaded_at and not days.is_future
    group by days.tool, days.arrival_lag_hours
),

ranked_arrivals as (
    select
        tool,
        arrival_lag_hours,
        sum(events) over (partition by tool order by arrival_lag_hours) as events_so_far,
        sum(events) over (partition by tool) as steady_events
    from arrivals
),

-- The 95th percentile between its two neighbours, as percentile_cont has it, of counted values.
neighbours as (
    select
        tool,
        steady_events,
        (steady_events - 1) * 0.95 as place,
        min(
            case when events_so_far > floor((steady_events - 1) * 0.95) then arrival_lag_hours end
        ) as hours_below,
        min(case when events_so_far > ceil((steady_events - 1) * 0.95) then arrival_lag_hours end) as hours_above
    from ranked_arrivals
    group by tool, steady_events
),

lags as (
    select
        tool,
        steady_events,
        hours_below + (hours_above - hours_below) * (place - floor(place)) as arrival_lag_p95_hours
    from neighbours
),

tools as (
    select
        tool,
        sum(events) as events,
        sum(duplicate_event_keys) as duplicate_event_keys,
        sum(events_without_person) as events_without_person,
        sum(events_without_activity) as events_without_activity,
        sum(events_with_unmapped_verb) as events_with_unmapped_verb,
        sum(case when is_future then events else 0 end) as future_events,
        sum(events_before_1990) as events_before_1990,
        min(earliest_at) as earliest_at,
        max(latest_at) as latest_at
    from days
    group by tool
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
        coalesce(sum(tools.duplicate_event_keys), 0) as duplicate_event_keys,
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
