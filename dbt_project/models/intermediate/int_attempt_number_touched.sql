with

touched as (
    select united_key, since_date, fact_key, learner, activity_id from {{ ref('int_attempt_touched') }}
),

-- An attempt that comes, goes or changes may move the numbers of all that its learner made at the same thing.
changed as (
    select learner, coalesce(activity_id, '') as activity_id
    from {{ ref('int_attempt_decided') }}
    where
        united_key in (select touched.united_key from touched)
        and {{ since_listed('started_date', 'touched') }}
    union
    select learner, coalesce(activity_id, '') as activity_id
    from touched
    where fact_key is not null
),

listed as (
    select attempts.fact_key, attempts.started_date as since_date
    from {{ ref('int_attempt_decided') }} as attempts
    inner join changed
        on attempts.learner = changed.learner and coalesce(attempts.activity_id, '') = changed.activity_id
    union
    select fact_key, since_date
    from touched
    where fact_key is not null
    union
    select fact_key, since_date
    from {{ unconfirmed({'fact_key': 'string', 'since_date': 'date'}) }}
),

final as (
    select fact_key, fact_key as attempt_key, min(since_date) as since_date, '{{ invocation_id }}' as build_id
    from listed
    group by fact_key
)

select * from final
