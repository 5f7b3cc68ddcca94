{{ config(materialized='replace_partitions', partition_by='registration', touched='int_registration_touched') }}

with

sessions as (
    select *
    from {{ ref('int_session_united') }}
    where
        method = 'cmi5'
        and launch_mode = 'Normal'
        and {{ is_listed('registration', ref('int_registration_touched')) }}
),

-- What the LMS itself says of the course or block, whichever session it says it in.
told as (
    select registration, learner, min(course_satisfied_at) as course_satisfied_at
    from sessions
    group by registration, learner
),

-- The criterion is the one that held when the learner was registered, so that of the first launch counts.
launched as (
    select
        *,
        row_number() over (
            partition by registration, learner, activity_id
            order by case when move_on is null then 1 else 0 end, launched_at, session_key
        ) as launch_number
    from sessions
    where activity_id is not null
),

united as (
    select
        registration,
        learner,
        activity_id,
        min(tool) as tool,
        max(person_key) as person_key,
        max(case when launch_number = 1 then move_on end) as move_on,
        min(started_date) as started_date,
        min(first_at) as first_at,
        count(*) as session_count,
        cast(sum(case when initialized_at is not null then 1 else 0 end) as bigint) as attempt_count,
        min(launched_at) as launched_at,
        min(completed_at) as completed_at,
        min(passed_at) as passed_at,
        min(failed_at) as failed_at,
        min(waived_at) as waived_at,
        max(passed_score_scaled) as passed_score_scaled,
        max(failed_score_scaled) as failed_score_scaled
    from launched
    group by registration, learner, activity_id
),

judged as (
    select
        *,
        coalesce('moveOn ' || move_on, 'moveOn untold: completed or passed') as criterion,
        {{ move_on_met_at('move_on', 'completed_at', 'passed_at', 'first_at') }} as criterion_met_at
    from united
),

final as (
    select
        judged.registration,
        judged.learner,
        judged.activity_id,
        judged.tool,
        judged.person_key,
        judged.move_on,
        judged.started_date,
        judged.first_at,
        judged.session_count,
        judged.attempt_count,
        judged.launched_at,
        judged.completed_at,
        judged.passed_at,
        judged.failed_at,
        judged.waived_at,
        coalesce(judged.passed_score_scaled, judged.failed_score_scaled) as score_scaled,
        judged.criterion,
        judged.criterion_met_at,
        least(judged.criterion_met_at, judged.waived_at) as satisfied_at,
        case
            when judged.criterion_met_at <= coalesce(judged.waived_at, judged.criterion_met_at) then judged.criterion
            when judged.waived_at is not null then 'waived'
        end as satisfaction_rule,
        told.course_satisfied_at
    from judged
    inner join told on judged.registration = told.registration and judged.learner = told.learner
)

select * from final
