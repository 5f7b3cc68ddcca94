{{ config(
    materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched',
    keeps_replaced=true, sliced=['int_learning_event_united', 'occurred_date']
) }}
-- depends_on: {{ ref('int_partitions_touched') }}

{#- What a verb on the attempted activity itself may decide. Verbs of other profiles and registries are mapped to
    these words by the seed. -#}
{%- set marks = [
    'launched', 'initialized', 'completed', 'passed', 'failed', 'waived', 'terminated', 'abandoned'
] %}

{#- The history stands here by name and not as a CTE: a CTE that is read twice, an engine writes down whole. -#}
{%- set statements -%}
    (
        select
            events.*,
            case
                when courses.type_source is null then coalesce(events.parent_activity_id, events.activity_id)
                else events.activity_id
            end as course_activity_id,
            coalesce(verbs.verb, '') as verb,
            coalesce(verbs.is_learning, false) as is_learning,
            floor(
                {{ dbt.datediff("cast('1970-01-01' as timestamp)", 'events.occurred_at', 'minute') }}
                / {{ var('idle_minutes') }}
            ) as idle_limits
        from {{ ref('int_learning_event_united') }} as events
        left join verbs on events.verb_source = verbs.verb_source
        left join courses on events.activity_type = courses.type_source
        where
            events.record_kind = 'statements'
            and events.fate = 'counted'
            and events.actor_kind = 'agent'
            and events.person_token is not null
            and events.activity_id is not null
    )
{%- endset %}
{%- set is_mark = "(session_profile = 'scorm' or is_cmi5_defined) and verb in ('" ~ marks | join("', '") ~ "')" %}

with

verbs as (
    select
        verb_source,
        verb,
        is_own_activity or state in ('assessed', 'paused') or verb in ('abandoned', 'exited', 'waived') as is_learning
    from {{ ref('seed_verb_map') }}
),

-- One attempts what one enrols in, if a statement is about it; else what the statement names as the parent.
courses as (
    select type_source from {{ ref('seed_activity_type') }} where is_enrollable
),

-- What a statement is part of: a session of a profile, or else a course that it is learning in.
in_sessions_and_courses as (
    select
        *,
        case
            when session_profile is not null then session_profile
            when registration is not null then 'registration'
            else 'gap'
        end as method,
        case
            when session_profile is not null
                then {{ profile_session_key('session_profile', 'registration', 'session_id') }}
            else {{ key_of([
                'registration', 'case when registration is null then person_token end', 'course_activity_id'
            ]) }}
        end as thread_key,
        case
            when session_profile is not null then {{ is_mark }}
            else activity_id = course_activity_id
        end as is_deciding,
        case
            when session_profile is null then course_activity_id
            when {{ is_mark }} then activity_id
        end as attempted_activity_id
    from {{ statements }} as statements
    where
        session_profile is not null
        or (is_learning and (video_session_id is null or activity_id <> course_activity_id))
),

-- A video that is shown within a session or a course is told of in both.
in_videos as (
    select
        *,
        'video' as method,
        {{ key_of(["'video'", 'coalesce(registration, video_session_id)', 'activity_id']) }} as thread_key,
        true as is_deciding,
        activity_id as attempted_activity_id
    from {{ statements }} as statements
    where video_session_id is not null
),

memberships as (
    select * from in_sessions_and_courses
    union all
    select * from in_videos
),

-- Stretches: what follows within the idle limit belongs together, and so does what lies between the same two multiples
-- of it, so they are looked for among few narrow rows and not among statements. The days are joined later, in
-- int_session_united.
moments as (
    select
        occurred_date,
        method,
        thread_key,
        idle_limits,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at
    from memberships
    group by occurred_date, method, thread_key, idle_limits
),

compared as (
    select
        *,
        lag(last_at) over (partition by occurred_date, method, thread_key order by first_at) as previous_at
    from moments
),

numbered as (
    select
        *,
        sum(
            case when previous_at is null or first_at > {{ idle_limit_after('previous_at') }} then 1 else 0 end
        ) over (
            partition by occurred_date, method, thread_key
            order by first_at
            rows between unbounded preceding and current row
        ) as stretch_number
    from compared
),

-- Most threads have one stretch a day.
later_stretches as (
    select occurred_date, method, thread_key, idle_limits, stretch_number from numbered where stretch_number > 1
),

stretched as (
    select memberships.*, coalesce(later_stretches.stretch_number, 1) as stretch_number
    from memberships
    left join later_stretches
        on
            memberships.occurred_date = later_stretches.occurred_date
            and memberships.method = later_stretches.method
            and memberships.thread_key = later_stretches.thread_key
            and memberships.idle_limits = later_stretches.idle_limits
),

final as (
    select
        occurred_date,
        method,
        thread_key,
        cast(stretch_number as {{ dbt.type_int() }}) as stretch_number,
        min(tool) as tool,
        min(person_token) as person_token,
        min(registration) as registration,
        min(case when method = 'video' then video_session_id else session_id end) as session_id,
        min(attempted_activity_id) as activity_id,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        count(*) as statement_count,
        {%- for verb in marks %}
        min(case when is_deciding and verb = '{{ verb }}' then occurred_at end) as {{ verb }}_at,
        {%- endfor %}
        min(case when is_deciding and is_completion then occurred_at end) as completion_told_at,
        min(case when is_deciding and is_success then occurred_at end) as success_told_at,
        min(case when is_deciding and not is_success then occurred_at end) as failure_told_at,
        -- What the LMS says of a course; of a block it says nothing about the other blocks.
        min(case when is_cmi5_defined and verb = 'satisfied' and activity_type like '%/course' then occurred_at end)
            as course_satisfied_at,
        -- What only shows whether a session keeps to the rules of cmi5.
        sum(case when is_deciding then 1 else 0 end) as deciding_count,
        min(case when verb not in ('launched', 'satisfied') then occurred_at end) as first_inner_at,
        max(case when verb not in ('terminated', 'abandoned', 'satisfied') then occurred_at end) as last_inner_at,
        max(
            case
                when
                    is_deciding and duration_seconds is null
                    and verb in ('terminated', 'completed', 'passed', 'failed', 'abandoned')
                    then 1
                else 0
            end
        ) = 1 as is_without_duration,
        max(case when is_deciding and verb = 'passed' then score_scaled end) as passed_score_scaled,
        max(case when is_deciding and verb = 'failed' then score_scaled end) as failed_score_scaled,
        max(case when is_deciding then score_scaled end) as best_score_scaled,
        max(case when is_deciding and verb = 'terminated' then duration_seconds end) as terminated_seconds,
        max(case when is_deciding and verb = 'abandoned' then duration_seconds end) as abandoned_seconds,
        min(case when is_deciding and verb = 'launched' then launch_mode end) as launch_mode,
        min(case when is_deciding and verb = 'launched' then move_on end) as move_on,
        max(mastery_score) as mastery_score,
        max(reported_progress_share) as reported_progress_share,
        max(case when method = 'video' then video_seconds end) as video_seconds,
        max(case when method = 'video' then completion_threshold end) as completion_threshold,
        -- Few statements hold segments, and to put texts in order costs more than all that is asked here of others.
        {{ dbt.listagg('played_segments', "'[,]'", 'order by played_segments') }}
        filter (where method = 'video' and played_segments is not null) as played_segments
    from stretched
    group by occurred_date, method, thread_key, stretch_number
)

select * from final
-- Groups come out in any order; in that of their days, a day is found without reading the others.
order by occurred_date
