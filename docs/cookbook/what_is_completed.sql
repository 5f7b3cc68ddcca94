-- What is completed? Share of those who started and completed within 90 days, with a 95 % interval
-- Rates add up by their parts, never by averaging rates; open cohorts are left out.
with by_activity as (
    select grain_key, sum(numerator) as completed, sum(denominator) as started
    from metrics.metric_result_latest
    where metric_id = 'completion_rate' and grain = 'activity' and status = 'ok'
    group by grain_key
)

select
    activity.title as course,
    by_activity.started::bigint as started,
    by_activity.completed::bigint as completed,
    round(by_activity.completed / by_activity.started, 2) as rate
from by_activity
inner join marts.dim_learning_activity as activity on activity.activity_key = by_activity.grain_key
order by started desc
limit 6;
