{#- A request is told by one tool and the learning by another: whoever starts the activity after asking for it, and
    before asking again, starts what was asked for, wherever that is. -#}

with

enrolments as (
    select * from {{ ref('fct_enrolment') }}
),

requests as (
    select
        enrolment_key,
        tool,
        person_key,
        activity_key,
        cast(requested_at as date) as requested_date,
        cast(approved_at as date) as approved_date,
        cast(confirmed_at as date) as confirmed_date,
        lead(cast(requested_at as date)) over (
            partition by person_key, activity_key order by requested_at, enrolment_key
        ) as next_requested_date
    from enrolments
    where requested_at is not null
),

taken as (
    select
        requests.enrolment_key,
        -- Whoever completed has started, though no tool told when.
        min(coalesce(enrolments.started_date, enrolments.completed_date)) as started_date,
        min(enrolments.completed_date) as completed_date
    from requests
    inner join enrolments
        on requests.person_key = enrolments.person_key and requests.activity_key = enrolments.activity_key
    where
        requests.person_key <> {{ unknown_person() }}
        and requests.activity_key <> {{ unknown_key() }}
        and coalesce(enrolments.started_date, enrolments.completed_date) >= requests.requested_date
        and coalesce(enrolments.started_date, enrolments.completed_date)
        < coalesce(requests.next_requested_date, {{ end_of_time() }})
    group by requests.enrolment_key
),

-- Of an activity that no tool tells a start of, nobody knows whether it was started.
followed as (
    select activity_key, min(tool) as following_tool
    from enrolments
    where started_date is not null and activity_key <> {{ unknown_key() }}
    group by activity_key
),

final as (
    select
        requests.enrolment_key,
        requests.tool,
        requests.person_key,
        requests.activity_key,
        requests.requested_date,
        requests.approved_date,
        requests.confirmed_date,
        taken.started_date,
        taken.completed_date,
        followed.following_tool
    from requests
    left join taken on requests.enrolment_key = taken.enrolment_key
    left join followed on requests.activity_key = followed.activity_key
)

select * from final
