{{ config(
    materialized='replace_partitions', partition_by='attempt_key', touched='int_attempt_number_touched',
    since='started_date'
) }}

with

attempts as (
    select *
    from {{ ref('int_attempt_decided') }}
    where
        {{ is_listed('fact_key', ref('int_attempt_number_touched')) }}
        and {{ since_listed('started_date', ref('int_attempt_number_touched')) }}
),

numbers as (
    select fact_key, attempt_number
    from {{ ref('int_attempt_number_touched') }}
    where attempt_number is not null
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

final as (
    select
        attempts.fact_key as attempt_key,
        attempts.tool,
        attempts.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        cast(numbers.attempt_number as {{ dbt.type_int() }}) as attempt_number,
        attempts.attempt_method,
        attempts.registration,
        attempts.session_id,
        attempts.started_at,
        attempts.started_date,
        attempts.ended_at,
        attempts.end_reason,
        attempts.completed_at,
        attempts.completion_rule,
        attempts.passed_at,
        attempts.failed_at,
        attempts.is_passed,
        attempts.score_scaled,
        attempts.mastery_score,
        attempts.duration_seconds,
        attempts.duration_rule,
        attempts.observed_seconds,
        attempts.statement_count,
        attempts.video_seconds,
        attempts.watched_seconds,
        attempts.watched_share,
        attempts.required_share,
        attempts.reported_progress_share,
        attempts.move_on,
        attempts.is_satisfying,
        attempts.broken_rules
    from attempts
    inner join numbers on attempts.fact_key = numbers.fact_key
    {{ join_person_as_of('attempts', 'started_date') }}
    left join activities on attempts.tool = activities.tool and attempts.activity_id = activities.activity_id
)

select * from final
