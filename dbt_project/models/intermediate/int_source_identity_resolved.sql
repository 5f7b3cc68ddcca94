with

tokens as (
    select
        tool,
        token,
        sum(case when record_kind in ('statements', 'learning_events') then row_count else 0 end) as events,
        sum(case when record_kind <> 'accounts' then row_count else 0 end) as records
    from {{ ref('int_token_counted') }}
    group by tool, token
),

final as (
    select
        tokens.tool,
        tokens.token,
        -- A token without a link was landed after identities were last resolved.
        coalesce(links.state, 'unlinked') as state,
        links.rule,
        links.confidence,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        tokens.events,
        tokens.records
    from tokens
    left join {{ ref('int_identity_link') }} as links
        on tokens.token = links.token and {{ holds_on('links', as_of()) }}
)

select * from final
