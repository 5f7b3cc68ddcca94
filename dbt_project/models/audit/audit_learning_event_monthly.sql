-- Ratios are there for one month per tool only: the last whole one, which is the one before the tool's newest.
-- The row (all) is there even when no event is. Events of the future would look like a newest month, so they're out.
with

months as (
    select
        tool,
        month,
        sum(events) as events,
        sum(events_without_person) as events_without_person
    from {{ ref('audit_learning_event_by_day') }}
    where not is_future
    group by tool, month
),

spans as (
    select
        tool,
        min(month) as first_month,
        cast({{ dbt.dateadd('month', -1, 'max(month)') }} as date) as last_whole_month
    from months
    group by tool
),

judged_months as (
    select
        spans.tool,
        spans.last_whole_month as month,
        sum(case when months.month = spans.last_whole_month then months.events else 0 end) as events,
        sum(case when months.month = spans.last_whole_month then months.events_without_person else 0 end)
            as events_without_person,
        sum(case when months.month < spans.last_whole_month then months.events else 0 end) as events_before,
        sum(case when months.month < spans.last_whole_month then months.events_without_person else 0 end)
            as events_before_without_person
    from spans
    inner join months
        on
            spans.tool = months.tool
            and spans.last_whole_month >= months.month
            and cast({{ dbt.dateadd('month', -3, 'spans.last_whole_month') }} as date) <= months.month
    where spans.first_month <= cast({{ dbt.dateadd('month', -3, 'spans.last_whole_month') }} as date)
    group by spans.tool, spans.last_whole_month
),

rows_to_judge as (
    select
        tool,
        month,
        events,
        events_without_person
    from months
    union all
    -- A tool that was silent for its whole last month has no events there, and that is what must be seen.
    select
        tool,
        month,
        events,
        events_without_person
    from judged_months
    where events = 0
    union all
    select
        '(all)' as tool,
        cast(null as date) as month,
        coalesce(sum(events), 0) as events,
        coalesce(sum(events_without_person), 0) as events_without_person
    from months
),

compared as (
    select
        rows_to_judge.*,
        judged_months.events_before / 3.0 as events_before_mean,
        cast(judged_months.events_before_without_person as double) / nullif(judged_months.events_before, 0)
            as unknown_person_share_before
    from rows_to_judge
    left join judged_months on rows_to_judge.tool = judged_months.tool and rows_to_judge.month = judged_months.month
),

final as (
    select
        tool,
        month,
        cast(events as bigint) as events,
        cast(events_without_person as double) / nullif(events, 0) as unknown_person_share,
        cast(events_before_mean as double) as events_before_mean,
        cast(events as double) / nullif(events_before_mean, 0) as volume_ratio,
        cast(events_without_person as double) / nullif(events, 0) - unknown_person_share_before
            as unknown_person_share_rise,
        '{{ invocation_id }}' as dbt_invocation_id
    from compared
)

select * from final
