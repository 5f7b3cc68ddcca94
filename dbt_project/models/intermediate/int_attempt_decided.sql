{{ config(
    materialized='replace_partitions', partition_by='united_key', touched='int_attempt_touched', since='started_date',
    sliced=['int_session_united', 'started_date']
) }}

{#- At the end of the day that the build is made for, a session that was last heard of before that day is silent. -#}
{%- set is_silent %}last_at < cast({{ as_of() }} as {{ dbt.type_timestamp() }}){% endset %}

with

-- Who only browses or reviews attempts nothing, and a session that never began is none.
sessions as (
    select *
    from {{ ref('int_session_united') }}
    where
        (method <> 'cmi5' or (launch_mode = 'Normal' and initialized_at is not null))
        and {{ is_listed('united_key', ref('int_attempt_touched')) }}
        and {{ since_listed('started_date', ref('int_attempt_touched')) }}
),

-- The method stands on both sides of each join: said of one side only, it makes an engine compare all with all.
watched as (
    select 'video' as method, session_key, video_seconds, watched_seconds, watched_share
    from {{ ref('int_video_watched') }}
    where session_key in {{ keys_listed('session_key', 'sessions') }}
),

registrations as (
    select 'cmi5' as method, registration, learner, activity_id, move_on, satisfied_at
    from {{ ref('int_registration_satisfied') }}
    where registration in {{ keys_listed('registration', 'sessions') }}
),

joined as (
    select
        sessions.*,
        watched.watched_seconds,
        watched.watched_share,
        -- Without a threshold, a video is completed when all of it was watched.
        case when sessions.method = 'video' then coalesce(sessions.completion_threshold, 1) end as required_share,
        registrations.move_on as registration_move_on,
        registrations.satisfied_at
    from sessions
    left join watched on sessions.method = watched.method and sessions.session_key = watched.session_key
    left join registrations
        on
            sessions.method = registrations.method
            and sessions.registration = registrations.registration
            and sessions.learner = registrations.learner
            and sessions.activity_id = registrations.activity_id
),

completed as (
    select
        *,
        case
            when method <> 'video' or watched_share is null then completed_at
            -- Shares are told with two or three decimals, and players lose moments between two segments.
            when round(watched_share, 2) >= required_share then coalesce(completed_at, last_at)
        end as completion_at,
        case
            when method = 'video' and watched_share is not null then 'watched share'
            when method = 'cmi5' then 'verb'
            else 'verb or result'
        end as completion_rule
    from joined
),

ended as (
    select
        *,
        case
            when method = 'cmi5' and abandoned_at < coalesce(terminated_at, last_at) then 'abandoned'
            when method = 'cmi5' and terminated_at is not null then 'terminated'
            when method = 'cmi5' and abandoned_at is not null then 'abandoned'
            when method = 'cmi5' and {{ is_silent }} then 'timed_out'
            when method = 'gap' and {{ is_silent }} then 'idle'
            when method not in ('cmi5', 'gap') and coalesce(completion_at, passed_at, failed_at) is not null
                then 'decided'
            else 'open'
        end as end_reason
    from completed
),

timed as (
    select
        *,
        case when method = 'gap' then 'gap of {{ var("idle_minutes") }} minutes' else method end as attempt_method,
        case end_reason
            when 'abandoned' then abandoned_at
            when 'terminated' then terminated_at
            when 'timed_out' then last_at
            when 'idle' then last_at
            when 'decided' then greatest(completion_at, passed_at, failed_at)
        end as ended_at,
        case
            when end_reason = 'terminated' and terminated_seconds is not null then 'told by terminated'
            when end_reason = 'abandoned' and abandoned_seconds is not null then 'told by abandoned'
            when method = 'cmi5' and end_reason in ('timed_out', 'open') then 'unknown'
            when observed_seconds = 0 then 'unknown'
            else 'observed, a lower bound'
        end as duration_rule
    from ended
),

final as (
    select
        united_key,
        session_key as attempt_key,
        attempt_method,
        {{ key_of(['attempt_method', 'session_key']) }} as fact_key,
        tool,
        person_key,
        learner,
        activity_id,
        registration,
        session_id,
        first_at as started_at,
        started_date,
        last_at,
        ended_at,
        end_reason,
        method in ('cmi5', 'gap') as is_ended_by_silence,
        completion_at as completed_at,
        completion_rule,
        passed_at,
        failed_at,
        case
            when passed_at is not null then true
            when failed_at is not null then false
        end as is_passed,
        score_scaled,
        mastery_score,
        case duration_rule
            when 'told by terminated' then terminated_seconds
            when 'told by abandoned' then abandoned_seconds
            when 'observed, a lower bound' then observed_seconds
        end as duration_seconds,
        duration_rule,
        observed_seconds,
        case when duration_rule not like 'told by %' then sittings end as sittings,
        statement_count,
        case when method = 'video' then video_seconds end as video_seconds,
        watched_seconds,
        watched_share,
        required_share,
        reported_progress_share,
        registration_move_on as move_on,
        coalesce(satisfied_at >= first_at and satisfied_at <= last_at, false) as is_satisfying,
        broken_rules
    from timed
)

select * from final
