{#
    The as-of join found what it should: the version that a fact points at is one of the same person and held on that
    day, and a fact of a known person points at the unknown version only where no version held.
#}
{% test version_is_as_of(model, day) %}
with persons as (
    select * from {{ ref('dim_person') }}
)

select facts.person_key, facts.person_sk, facts.{{ day }}
from {{ model }} as facts
left join persons
    on
        facts.person_key = persons.person_key
        and facts.{{ day }} >= persons.valid_from
        and facts.{{ day }} < persons.valid_to
where facts.person_sk <> coalesce(persons.person_sk, {{ unknown_key() }})
{% endtest %}
