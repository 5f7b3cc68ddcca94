with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

before as (
    select token, person_key, valid_from, valid_to
    from {{ built('int_identity_link_built', {
        'token': 'string', 'person_key': 'bigint', 'valid_from': 'date', 'valid_to': 'date'
    }) }}
),

final as (
    select distinct coalesce(links.token, before.token) as token
    from links
    full outer join before on links.token = before.token and links.valid_from = before.valid_from
    where
        coalesce(links.person_key, {{ unknown_person() }}) <> coalesce(before.person_key, {{ unknown_person() }})
        or links.valid_to <> before.valid_to
)

select * from final
