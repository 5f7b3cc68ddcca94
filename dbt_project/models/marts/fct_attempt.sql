with

attempts as (
    select * from {{ ref('int_attempt_decided') }}
),

persons as (
    select person_key, person_sk, org_unit_key, valid_from, valid_to from {{ ref('int_person_history') }}
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

final as (
    select
        {{ key_of(['attempts.attempt_method', 'attempts.attempt_key']) }} as attempt_key,
        attempts.tool,
        attempts.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        cast(
            row_number() over (
                partition by attempts.attempt_method, attempts.learner, activities.activity_key, attempts.activity_id
                order by attempts.started_at, attempts.attempt_key
            ) as {{ dbt.type_int() }}
        ) as attempt_number,
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
    left join persons
        on
            attempts.person_key = persons.person_key
            and attempts.started_date >= persons.valid_from
            and attempts.started_date < persons.valid_to
    left join activities on attempts.tool = activities.tool and attempts.activity_id = activities.activity_id
)

select * from final
