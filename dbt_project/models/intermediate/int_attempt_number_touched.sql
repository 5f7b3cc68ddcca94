{#- In a whole build all attempts are numbered, and none has to be looked for. -#}
{%- set is_whole = lists_all(ref('int_attempt_touched')) %}
{%- set join_changed %}
    inner join changed
        on attempts.learner = changed.learner and coalesce(attempts.activity_id, '') = changed.activity_id
{%- endset %}

with

touched as (
    select united_key, since_date, fact_key, learner, activity_id, started_at from {{ ref('int_attempt_touched') }}
),

before as (
    select fact_key, learner, coalesce(activity_id, '') as activity_id, started_at, since_date
    from touched
    where fact_key is not null
    union
    select fact_key, learner, activity_id, started_at, since_date
    from {{ unconfirmed({
        'fact_key': 'string', 'learner': 'string', 'activity_id': 'string', 'started_at': 'timestamp',
        'since_date': 'date'
    }) }}
),

{% if not is_whole -%}
-- An attempt that comes, goes or changes may move the numbers of what its learner made at the same thing after it.
changed as (
    select learner, activity_id, min(started_at) as changed_at
    from (
        select learner, coalesce(activity_id, '') as activity_id, started_at
        from {{ ref('int_attempt_decided') }}
        where
            united_key in (select touched.united_key from touched)
            and {{ since_listed('started_date', 'touched') }}
        union all
        select learner, activity_id, started_at from before
    ) as changed_attempts
    group by learner, activity_id
),

{% endif -%}
attempts as (
    select attempts.*, {{ 'attempts.started_at' if is_whole else 'changed.changed_at' }} as changed_at
    from {{ ref('int_attempt_decided') }} as attempts
    {{- '' if is_whole else join_changed }}
),

-- What came before is counted, of a few narrow columns.
numbered as (
    select
        attempts.fact_key,
        attempts.learner,
        coalesce(attempts.activity_id, '') as activity_id,
        attempts.started_at,
        attempts.started_date as since_date,
        attempts.changed_at,
        row_number() over (
            partition by attempts.attempt_method, attempts.learner, activities.activity_key, attempts.activity_id
            order by attempts.started_at, attempts.attempt_key
        ) as attempt_number
    from attempts
    left join {{ ref('int_activity_harmonised') }} as activities
        on attempts.tool = activities.tool and attempts.activity_id = activities.activity_id
),

listed as (
    select fact_key, learner, activity_id, started_at, since_date, attempt_number
    from numbered
    where started_at >= changed_at
    union all
    select fact_key, learner, activity_id, started_at, since_date, cast(null as bigint) as attempt_number
    from before
),

final as (
    select *, fact_key as attempt_key, '{{ invocation_id }}' as build_id from listed
)

select * from final
