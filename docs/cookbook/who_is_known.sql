-- Whose record is whose? Identities of each tool that one person of HR could be found for
select
    grain_key as tool,
    denominator::bigint as identities,
    numerator::bigint as matched,
    round(value, 3) as rate,
    round(ci_low, 3) as ci_low,
    round(ci_high, 3) as ci_high,
    status
from metrics.fct_metric_result
where metric_id = 'identity_match_rate'
qualify row_number() over (partition by grain_key, period order by as_of desc) = 1
order by tool;
