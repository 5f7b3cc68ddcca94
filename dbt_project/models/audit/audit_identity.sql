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

described as (
    select distinct
        tool,
        token
    from {{ ref('int_token_counted') }}
    where record_kind = 'accounts'
),

linked as (
    select
        identities.*,
        identities.state in ('resolved', 'unmatched', 'ambiguous', 'shared') as is_linked,
        described.token is not null as has_account
    from identities
    left join described on identities.tool = described.tool and identities.token = described.token
),

scopes as (
    select '(all)' as tool
    union all
    select distinct tool from linked
),

counted as (
    select
        scopes.tool,
        count(linked.token) as identities,
        count(case when linked.state = 'resolved' then 1 end) as resolved,
        count(case when linked.state = 'unmatched' then 1 end) as unmatched,
        count(case when linked.state = 'ambiguous' then 1 end) as ambiguous,
        count(case when linked.state = 'shared' then 1 end) as shared,
        count(case when not linked.is_linked then 1 end) as unlinked,
        count(case when linked.has_account and not linked.is_linked then 1 end) as accounts_unlinked,
        count(case when linked.occurrences > 1 then 1 end) as identities_in_two_states,
        coalesce(sum(linked.events), 0) as events,
        coalesce(sum(case when linked.state = 'resolved' then linked.events end), 0) as events_resolved
    from scopes
    left join linked on scopes.tool = '(all)' or scopes.tool = linked.tool
    group by scopes.tool
),

final as (
    select
        tool,
        cast(identities as bigint) as identities,
        cast(resolved as bigint) as resolved,
        cast(unmatched as bigint) as unmatched,
        cast(ambiguous as bigint) as ambiguous,
        cast(shared as bigint) as shared,
        cast(unlinked as bigint) as unlinked,
        cast(accounts_unlinked as bigint) as accounts_unlinked,
        cast(identities_in_two_states as bigint) as identities_in_two_states,
        cast(resolved as double) / nullif(identities, 0) as match_rate,
        cast(ambiguous as double) / nullif(identities, 0) as ambiguity_rate,
        cast(shared as double) / nullif(identities, 0) as shared_rate,
        cast(unlinked as double) / nullif(identities, 0) as unlinked_share,
        cast(events as bigint) as events,
        cast(events_resolved as double) / nullif(events, 0) as event_match_rate,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
)

select * from final
