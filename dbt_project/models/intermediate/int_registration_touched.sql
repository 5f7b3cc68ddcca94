with

before as (
    select registration, person_key, started_date, tool, activity_id
    from {{ built('int_registration_satisfied', {
        'registration': 'string', 'person_key': 'bigint', 'started_date': 'date', 'tool': 'string',
        'activity_id': 'string'
    }) }}
),

persons as (
    select person_key, valid_from, valid_to from {{ ref('int_person_history_changed') }}
),

listed as (
    select registration
    from {{ ref('int_session_touched') }}
    where registration is not null
    union
    select before.registration
    from before
    inner join persons on before.person_key = persons.person_key and {{ holds_on('persons', 'before.started_date') }}
    union
    select before.registration
    from before
    inner join {{ ref('int_offering_changed') }} as offerings
        on before.tool = offerings.tool and before.activity_id = offerings.activity_id
    union
    select registration
    from {{ unconfirmed({'registration': 'string'}) }}
),

final as (
    select registration, '{{ invocation_id }}' as build_id from listed {{- where_asked_for() }}
)

select * from final
