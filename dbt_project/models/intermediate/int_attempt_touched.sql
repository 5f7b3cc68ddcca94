{%- set silent %}last_at < cast({{ as_of() }} as {{ dbt.type_timestamp() }}){% endset %}
{%- set before = built('int_attempt_decided', {
    'united_key': 'string', 'fact_key': 'string', 'learner': 'string', 'tool': 'string', 'activity_id': 'string',
    'end_reason': 'string', 'is_ended_by_silence': 'boolean', 'last_at': 'timestamp', 'person_key': 'bigint',
    'started_date': 'date'
}) %}

with

persons as (
    select person_key, valid_from, valid_to from {{ ref('int_person_history_changed') }}
),

registrations as (
    select registration from {{ ref('int_registration_touched') }}
),

-- Silence is judged by the calendar, whether or not anything is told.
threads as (
    select united_key from {{ ref('int_session_touched') }}
    union
    select united_key
    from {{ ref('int_session_united') }}
    where method = 'cmi5' and registration in (select registrations.registration from registrations)
    union
    select united_key
    from {{ before }} as before
    where
        (end_reason = 'open' and is_ended_by_silence and {{ silent }})
        or (end_reason in ('timed_out', 'idle') and not {{ silent }})
    union
    select before.united_key
    from {{ before }} as before
    inner join persons on before.person_key = persons.person_key and {{ holds_on('persons', 'before.started_date') }}
    union
    select before.united_key
    from {{ before }} as before
    inner join {{ ref('int_offering_changed') }} as offerings
        on before.tool = offerings.tool and before.activity_id = offerings.activity_id
),

listed as (
    select threads.united_key, before.fact_key, before.learner, before.activity_id
    from threads
    left join {{ before }} as before on threads.united_key = before.united_key
    union
    select united_key, fact_key, learner, activity_id
    from {{ unconfirmed({
        'united_key': 'string', 'fact_key': 'string', 'learner': 'string', 'activity_id': 'string'
    }) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed
)

select * from final
