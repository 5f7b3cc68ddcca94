-- Is it used at work? Of those enrolled: known to have passed each stage, and at most if silence means yes
-- (own reports only where others confirm them: kappa 0.4 or more; METRICS.md, E12)
with shares as (
    select
        activity_key,
        cohort_start,
        stage,
        case when status = 'ok' then printf('%.0f–%.0f %%', 100 * share_low, 100 * share_high) else 'too few' end
            as told,
        persons
    from marts.mart_transfer__waterfall
),
agreement as (
    select grain_key as activity_key, arg_max(value, period) as kappa
    from metrics.metric_result_latest
    where metric_id = 'self_observer_agreement' and grain = 'activity' and status in ('ok', 'provisional')
    group by grain_key
),
reported as (
    select grain_key as activity_key, arg_max(value, period) as rate
    from metrics.metric_result_latest
    where metric_id = 'application_rate' and grain = 'activity' and status = 'ok'
    group by grain_key
)
select
    activity.title as programme,
    cast(year(shares.cohort_start) as varchar) as "enrolled in",
    max(shares.persons) filter (shares.stage = 'enrolled') as persons,
    max(shares.told) filter (shares.stage = 'completed') as completed,
    max(shares.told) filter (shares.stage = 'competent') as "competent later",
    max(shares.told) filter (shares.stage = 'applied') as "seen applying",
    max(shares.told) filter (shares.stage = 'sustained') as sustained,
    any_value(case
        when agreement.kappa >= 0.4 then printf('%.0f %%', 100 * reported.rate)
        else 'not confirmed'
    end) as "own reports"
from shares
inner join marts.dim_learning_activity as activity
    on shares.activity_key = activity.activity_key and activity.is_current
left join agreement on shares.activity_key = agreement.activity_key
left join reported on shares.activity_key = reported.activity_key
group by activity.title, shares.cohort_start
order by persons desc nulls last
limit 6;
