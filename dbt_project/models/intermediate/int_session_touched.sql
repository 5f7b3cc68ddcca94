{%- set sessions_before = built('int_session_united', {
    'united_key': 'string', 'method': 'string', 'registration': 'string', 'started_date': 'date', 'last_date': 'date'
}) %}

with

-- Days of which all is looked at again, because who somebody is has changed, or the last build was never confirmed.
looked_at_whole as (
    select occurred_date, occurred_date as since_date
    from {{ ref('int_partitions_touched') }}
    where not is_compared
),

{{ links_now_and_before() }},

-- What a touched day told of before, it need not tell of any more.
evidence as (
    select evidence.*, {{ learner('links.person_key', 'evidence.person_token') }} as learner
    from {{ told_otherwise('int_session_evidenced') }} as evidence
    left join links on evidence.person_token = links.token and {{ holds_on('links', 'evidence.occurred_date') }}
),

before as (
    select
        sessions.united_key,
        case when sessions.method = 'cmi5' then sessions.registration end as registration,
        sessions.started_date
    from {{ sessions_before }} as sessions
    where
        {{ since_listed('sessions.last_date', 'looked_at_whole') }}
        and exists (
            select 1
            from looked_at_whole
            where
                looked_at_whole.occurred_date >= sessions.started_date
                and looked_at_whole.occurred_date <= sessions.last_date
        )
),

threads as (
    select united_key, registration, min(since_date) as since_date
    from (
        select
            {{ united_thread() }} as united_key,
            case when method = 'cmi5' then registration end as registration,
            occurred_date as since_date
        from evidence
        union all
        select united_key, registration, started_date as since_date
        from before
        union all
        select united_key, registration, since_date
        from {{ unconfirmed({'united_key': 'string', 'registration': 'string', 'since_date': 'date'}) }}
    ) as told_or_before
    group by united_key, registration
),

-- What is told of these threads on other days stands as it did, in sessions that are known.
first_days as (
    select min(since_date) as since_date from threads
    union all
    select min(sessions.started_date) as since_date
    from {{ sessions_before }} as sessions
    where sessions.united_key in (select threads.united_key from threads)
),

-- Under which keys and on which days a thread is told: a few narrow columns of the whole history, so that nobody has to
-- read all of them.
told as (
    select {{ united_thread() }} as united_key, thread_key, occurred_date
    from (
        select
            evidence.method,
            evidence.thread_key,
            evidence.occurred_date,
            evidence.activity_id,
            {{ learner('links.person_key', 'evidence.person_token') }} as learner
        from {{ ref('int_session_evidenced') }} as evidence
        {{ join_link('evidence', 'person_token', 'evidence.occurred_date') }}
        where
            {{ since_listed('evidence.occurred_date', 'first_days') }}
    ) as whose
),

final as (
    select distinct
        threads.united_key,
        threads.united_key as session_key, -- which it is, of all threads that the clock doesn't divide
        threads.registration, -- of cmi5 only: the one that the thread is part of
        told.thread_key,
        told.occurred_date,
        coalesce(least(threads.since_date, told.occurred_date), threads.since_date) as since_date,
        '{{ invocation_id }}' as build_id
    from threads
    left join told on threads.united_key = told.united_key {{- where_asked_for() }}
)

select * from final
