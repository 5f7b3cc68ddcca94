{{ vouched_for() }}

select token, person_key from {{ ref('int_identity_link') }}
