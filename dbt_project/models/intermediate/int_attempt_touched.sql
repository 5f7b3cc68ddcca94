{%- set silent %}last_at < cast({{ as_of() }} as {{ dbt.type_timestamp() }}){% endset %}
{%- set before = built('int_attempt_decided', {
    'united_key': 'string', 'fact_key': 'string', 'learner': 'string', 'tool': 'string', 'activity_id': 'string',
    'end_reason': 'string', 'is_ended_by_silence': 'boolean', 'last_at': 'timestamp', 'person_key': 'bigint',
    'started_at': 'timestamp', 'started_date': 'date'
}) %}

with

persons as (
    select person_key, valid_from, valid_to from {{ ref('int_person_history_changed') }}
),

registrations as (
    select registration from {{ ref('int_registration_touched') }}
),

-- Silence is judged by the calendar, whether or not anything is told.
judged_otherwise as (
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

threads as (
    select united_key, min(since_date) as since_date
    from (
        select united_key, since_date from {{ ref('int_session_touched') }}
        union all
        select united_key, started_date as since_date
        from {{ ref('int_session_united') }}
        where method = 'cmi5' and registration in (select registrations.registration from registrations)
        union all
        select united_key, started_date as since_date
        from {{ before }} as before
        where united_key in (select judged_otherwise.united_key from judged_otherwise)
    ) as told_or_judged
    group by united_key
),

attempts_before as (
    select united_key, fact_key, learner, activity_id, started_at
    from {{ before }} as before
    where
        united_key in (select threads.united_key from threads)
        and {{ since_listed('started_date', 'threads') }}
),

listed as (
    select
        threads.united_key,
        threads.since_date,
        attempts_before.fact_key,
        attempts_before.learner,
        attempts_before.activity_id,
        attempts_before.started_at
    from threads
    left join attempts_before on threads.united_key = attempts_before.united_key
    union
    select united_key, since_date, fact_key, learner, activity_id, started_at
    from {{ unconfirmed({
        'united_key': 'string', 'since_date': 'date', 'fact_key': 'string', 'learner': 'string',
        'activity_id': 'string', 'started_at': 'timestamp'
    }) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed {{- where_asked_for() }}
)

select * from final
