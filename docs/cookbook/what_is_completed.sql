-- What is completed? Of those who started in a month, the share that completed within 90 days
select
    strftime(period, '%Y-%m') as started_in,
    denominator::bigint as started,
    numerator::bigint as completed,
    round(value, 2) as rate,
    round(ci_low, 2) as ci_low,
    round(ci_high, 2) as ci_high,
    status,
    suppressed_reason as reason
from metrics.metric_result_latest
where metric_id = 'completion_rate' and grain = 'organisation'
order by period desc
limit 8;
