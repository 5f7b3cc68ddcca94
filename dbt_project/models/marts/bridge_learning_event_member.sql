with

members as (
    select * from {{ ref('int_statement_grouped') }}
),

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

counted as (
    select
        members.*,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        count(*) over (partition by members.statement_id) as members_of_event
    from members
    left join links on members.member_token = links.token and {{ holds_on('links', 'members.occurred_date') }}
),

final as (
    select
        {{ event_key("'statements'", 'tool', 'statement_id') }} as event_key,
        person_key,
        occurred_date,
        cast(count(*) as bigint) as member_count,
        cast(count(*) as double) / max(members_of_event) as weight_share,
        'told by the group' as rule
    from counted
    group by tool, statement_id, person_key, occurred_date
)

select * from final
