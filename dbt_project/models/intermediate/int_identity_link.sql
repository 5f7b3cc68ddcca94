with recursive

links as (
    select * from {{ ref('stg_identity_links') }}
),

aliases as (
    select former_person_key, person_key from {{ ref('stg_person_aliases') }}
),

-- A merged person may be merged again. `union` (and not `union all`) ends even where two aliases form a circle.
followed (former_person_key, person_key) as (
    select former_person_key, person_key from aliases
    union
    select followed.former_person_key, aliases.person_key
    from followed
    inner join aliases on followed.person_key = aliases.former_person_key
),

standing as (
    select followed.former_person_key, min(followed.person_key) as person_key
    from followed
    where not exists (select 1 from aliases where aliases.former_person_key = followed.person_key)
    group by followed.former_person_key
),

ranked as (
    select
        links.*,
        row_number() over (
            partition by links.token
            order by links.valid_from desc nulls last, links.confidence desc, links.person_key
        ) as rank_in_token
    from links
),

final as (
    select
        ranked.token,
        coalesce(standing.person_key, ranked.person_key, {{ unknown_person() }}) as person_key,
        ranked.rule,
        ranked.confidence,
        ranked.state,
        ranked.valid_from,
        ranked.valid_to
    from ranked
    left join standing on ranked.person_key = standing.former_person_key
    where ranked.rank_in_token = 1
)

select * from final
