{{ config(materialized='replace_partitions', partition_by='registration', touched='int_registration_touched') }}

with

registrations as (
    select *
    from {{ ref('int_registration_satisfied') }}
    where {{ is_listed('registration', ref('int_registration_touched')) }}
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

final as (
    select
        {{ key_of(['registrations.registration', 'registrations.learner', 'registrations.activity_id']) }}
            as registration_key,
        registrations.registration,
        registrations.tool,
        registrations.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        registrations.started_date,
        registrations.move_on,
        registrations.session_count,
        registrations.attempt_count,
        registrations.launched_at,
        registrations.completed_at,
        registrations.passed_at,
        registrations.failed_at,
        registrations.waived_at,
        registrations.score_scaled,
        registrations.satisfied_at,
        registrations.satisfaction_rule,
        registrations.satisfied_at is not null as is_satisfied,
        registrations.course_satisfied_at,
        registrations.course_satisfied_at is not null and registrations.satisfied_at is null as is_contradicted
    from registrations
    {{ join_person_as_of('registrations', 'started_date') }}
    left join activities
        on registrations.tool = activities.tool and registrations.activity_id = activities.activity_id
)

select * from final
