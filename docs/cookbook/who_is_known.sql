-- Whose record is whose? Identities of each tool that one person of HR could be found for
select
    by_identity.grain_key as tool,
    by_identity.denominator::bigint as identities,
    by_identity.numerator::bigint as matched,
    round(by_identity.value, 3) as match_rate,
    round(ambiguity.value, 3) as ambiguity_rate,
    round(by_events.value, 3) as match_rate_by_events,
    by_identity.status
from metrics.metric_result_latest as by_identity
left join metrics.metric_result_latest as by_events
    on by_events.metric_id = 'identity_match_rate_by_events' and by_events.grain_key = by_identity.grain_key
left join metrics.metric_result_latest as ambiguity
    on ambiguity.metric_id = 'identity_ambiguity_rate' and ambiguity.grain_key = by_identity.grain_key
where by_identity.metric_id = 'identity_match_rate'
order by tool;
