{#- Half-open stretches on which a person has to have a licence: those on which they hold a position that the strategy
    says needs it, and from the day on which a register says so. Who has left needs nothing. -#}

with

persons as (
    select person_key, position_id, valid_from, valid_to
    from {{ ref('int_person_history') }}
    where employment_status not in ('left', 'not_in_hr')
),

requirements as (
    select
        position_id,
        certification_id,
        coalesce(valid_from, {{ beginning_of_time() }}) as valid_from,
        coalesce(valid_to, {{ end_of_time() }}) as valid_to
    from (select *, {{ recency_of_record() }} as recency from {{ ref('stg_strategy_requirements') }}) as told
    where recency = 1
),

required_from as (
    select person_key, certification_id, min(event_date) as required_date
    from {{ ref('int_certification_told') }}
    where event = 'required' and person_key <> {{ unknown_person() }}
    group by person_key, certification_id
),

stretches as (
    select
        persons.person_key,
        requirements.certification_id,
        'position' as rule,
        greatest(persons.valid_from, requirements.valid_from) as valid_from,
        least(persons.valid_to, requirements.valid_to) as valid_to
    from persons
    inner join requirements
        on
            persons.position_id = requirements.position_id
            and persons.valid_from < requirements.valid_to
            and persons.valid_to > requirements.valid_from
    union all
    select
        persons.person_key,
        required_from.certification_id,
        'register' as rule,
        greatest(persons.valid_from, required_from.required_date) as valid_from,
        persons.valid_to
    from persons
    inner join required_from
        on persons.person_key = required_from.person_key and persons.valid_to > required_from.required_date
)

select * from stretches
