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
        org_unit_key,
        activity_key,
        requested_date,
        -- Refused or withdrawn: the wait is over without leave.
        cast(
            least(
                coalesce(rejected_at, {{ end_of_time() }}),
                coalesce(cancelled_at, {{ end_of_time() }}),
                coalesce(expired_at, {{ end_of_time() }})
            ) as date
        ) as closed_date,
        approved_date,
        confirmed_date,
        lead(requested_date) over (
            partition by person_key, activity_key order by requested_at, enrolment_key
        ) as next_requested_date
    from enrolments
    where requested_date is not null
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

-- What a tool told last is the day up to which its silence means that nothing was decided.
told as (
    select
        tool,
        cast(
            max(
                greatest(
                    requested_at,
                    coalesce(approved_at, requested_at),
                    coalesce(rejected_at, requested_at),
                    coalesce(cancelled_at, requested_at)
                )
            ) as date
        ) as told_until
    from enrolments
    where requested_date is not null
    group by tool
),

watched as (
    select
        requests.*,
        least(
            {{ dbt.dateadd('day', 180, 'requests.requested_date') }},
            coalesce(requests.approved_date, least(requests.closed_date, told.told_until))
        ) as watched_until
    from requests
    inner join told on requests.tool = told.tool
),

final as (
    select
        requests.enrolment_key,
        requests.tool,
        requests.person_key,
        requests.org_unit_key,
        requests.activity_key,
        requests.requested_date,
        requests.approved_date,
        requests.confirmed_date,
        taken.started_date,
        taken.completed_date,
        followed.following_tool,
        cast(
            greatest(
                {{ dbt.datediff('requests.requested_date', 'requests.watched_until', 'day') }}, 0
            ) as bigint
        ) as days_waited
    from watched as requests
    left join taken on requests.enrolment_key = taken.enrolment_key
    left join followed on requests.activity_key = followed.activity_key
)

select * from final
