with recursive

links as (
    select * from {{ ref('stg_identity_links') }}
),

aliases as (
    select former_person_key, person_key from {{ ref('stg_person_aliases') }}
),

-- A merged person may be merged again. The limit ends it even where two aliases form a circle.
followed (former_person_key, person_key, steps) as (
    select former_person_key, person_key, 1 as steps from aliases
    union all
    select followed.former_person_key, aliases.person_key, followed.steps + 1 as steps
    from followed
    inner join aliases on followed.person_key = aliases.former_person_key
    where followed.steps < 99
),

standing as (
    select followed.former_person_key, min(followed.person_key) as person_key
    from followed
    where not exists (select 1 from aliases where aliases.former_person_key = followed.person_key)
    group by followed.former_person_key
),

final as (
    select
        links.token,
        coalesce(standing.person_key, links.person_key, {{ unknown_person() }}) as person_key,
        links.rule,
        links.confidence,
        links.state,
        coalesce(links.valid_from, {{ beginning_of_time() }}) as valid_from,
        coalesce(links.valid_to, {{ end_of_time() }}) as valid_to
    from links
    left join standing on links.person_key = standing.former_person_key
)

select * from final
