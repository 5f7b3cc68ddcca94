{{ vouched_for() }}

select person_key, valid_from, valid_to, person_sk, org_unit_key from {{ ref('int_person_history') }}
