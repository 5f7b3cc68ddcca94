{{ vouched_for() }}

select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
