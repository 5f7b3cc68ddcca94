-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
with

identities as (
    select
        tool,
        token,
        max(state) as state,
        count(*) as occurrences,
        sum(events) as events
    from {{ ref('int_source_identity_resolved') }}
    group by tool, token
),

scopes as (
    select '(all)' as tool
    union all
    select distinct tool from identities
),

counted as (
    select
        scopes.tool,
        count(identities.token) as identities,
        count(case when identities.state = 'resolved' then 1 end) as resolved,
        count(case when identities.state = 'unmatched' then 1 end) as unmatched,
        count(case when identities.state = 'ambiguous' then 1 end) as ambiguous,
        count(case when identities.occurrences > 1 then 1 end) as identities_in_two_states,
        coalesce(sum(identities.events), 0) as events,
        coalesce(sum(case when identities.state = 'resolved' then identities.events end), 0) as events_resolved
    from scopes
    left join identities on scopes.tool = '(all)' or scopes.tool = identities.tool
    group by scopes.tool
),

final as (
    select
        tool,
        cast(identities as bigint) as identities,
        cast(resolved as bigint) as resolved,
        cast(unmatched as bigint) as unmatched,
        cast(ambiguous as bigint) as ambiguous,
        cast(identities - resolved - unmatched - ambiguous as bigint) as identities_without_state,
        cast(identities_in_two_states as bigint) as identities_in_two_states,
        cast(resolved as double) / nullif(identities, 0) as match_rate,
        cast(ambiguous as double) / nullif(identities, 0) as ambiguity_rate,
        cast(events as bigint) as events,
        cast(events_resolved as double) / nullif(events, 0) as event_match_rate,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
)

select * from final
