with

links as (
    select token, person_key from {{ ref('int_identity_link') }}
),

before as (
    select token, person_key from {{ built('int_identity_link_built', {'token': 'string', 'person_key': 'bigint'}) }}
),

final as (
    select coalesce(links.token, before.token) as token
    from links
    full outer join before on links.token = before.token
    where coalesce(links.person_key, {{ unknown_person() }}) <> coalesce(before.person_key, {{ unknown_person() }})
)

select * from final
