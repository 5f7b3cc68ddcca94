{{ config(
    materialized='replace_partitions', partition_by='united_key', touched='int_session_touched', since='started_date'
) }}

{#- Where an LMS is strict, it lets none of these in: each has the ids of its requirements in CATAPULT. -#}
{%- set marks = [
    'launched', 'initialized', 'completed', 'passed', 'failed', 'waived', 'terminated', 'abandoned'
] %}
{%- set told_marks = [] %}
{%- for mark in marks %}
{%- do told_marks.append('(case when sessions.' ~ mark ~ '_at is null then 0 else 1 end)') %}
{%- endfor %}
{%- set breaches = {
    'verb_repeated': 'sessions.deciding_count > ' ~ told_marks | join(' + '),
    'two_verdicts': 'sessions.passed_at is not null and sessions.failed_at is not null',
    'not_initialized_first': 'sessions.first_inner_at < sessions.initialized_at',
    'told_after_end': 'sessions.last_inner_at > least(sessions.terminated_at, sessions.abandoned_at)',
    'duration_missing': 'sessions.is_without_duration',
    'score_against_mastery': 'coalesce(sessions.passed_score_scaled < sessions.mastery_score, false)'
        ~ ' or coalesce(sessions.failed_score_scaled >= sessions.mastery_score, false)',
    'verdict_while_browsing': "sessions.launch_mode <> 'Normal'"
        ~ ' and coalesce(sessions.completed_at, sessions.passed_at, sessions.failed_at) is not null',
} %}
{%- set broken = [] %}
{%- for rule, breach in breaches.items() %}
{%- do broken.append('case when ' ~ breach ~ " then '" ~ rule ~ " ' else '' end") %}
{%- endfor %}
{%- set order %}partition by method, united_key order by first_at, last_at, occurred_date, thread_key, stretch_number
{%- endset %}
{%- set earliest = [
    'launched_at', 'initialized_at', 'completed_at', 'passed_at', 'failed_at', 'waived_at', 'course_satisfied_at',
    'terminated_at', 'abandoned_at', 'completion_told_at', 'success_told_at', 'failure_told_at', 'first_inner_at'
] %}
{%- set greatest_known = [
    'last_inner_at', 'passed_score_scaled', 'failed_score_scaled', 'best_score_scaled', 'terminated_seconds',
    'abandoned_seconds', 'mastery_score', 'reported_progress_share', 'video_seconds', 'completion_threshold'
] %}

{#- Where all of it is meant, the history stands here by name and not as a CTE: a CTE that is read several times, an
    engine writes down whole. -#}
{%- set is_whole = lists_all(ref('int_session_touched')) %}
{%- set listed_evidence %}
    select
        told.*,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        {{ learner('links.person_key', 'told.person_token') }} as learner
    from {{ ref('int_session_evidenced') }} as told
    left join links on told.person_token = links.token and {{ holds_on('links', 'told.occurred_date') }}
    where
        {{ is_listed('told.thread_key', ref('int_session_touched')) }}
        -- The days tell an engine where the threads lie, in a history of which every column is asked for.
        and {{ is_day_listed('told.occurred_date', ref('int_session_touched')) }}
{%- endset %}
{%- set evidence = '(' ~ listed_evidence ~ ')' if is_whole else 'evidence' %}
{#- Whole threads, whatever their days: those that something on a touched day belongs to, or belonged to. -#}
{%- set threads -%}
    (
        select *
        from (select *, {{ united_thread() }} as united_key from {{ evidence }} as evidence) as united
        where {{ is_listed('united_key', ref('int_session_touched')) }}
    )
{%- endset %}

with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

{% if not is_whole -%}
evidence as (
    {{- listed_evidence }}
),

{% endif -%}
-- What is told in one stretch needs no grouping, and most is: texts that are gathered in groups stay in memory.
of_stretches as (
    select method, united_key
    from {{ threads }} as threads
    group by method, united_key
    having count(*) > 1
),

-- Where a thread falls silent is asked of when it was told only; the rest of what was told is joined to the answer.
told_when as (
    select
        method,
        united_key,
        occurred_date,
        thread_key,
        stretch_number,
        first_at,
        last_at,
        max(last_at) over (
            {{ order }}
            rows between unbounded preceding and 1 preceding
        ) as heard_until
    from (
        select threads.*
        from {{ threads }} as threads
        inner join of_stretches
            on threads.method = of_stretches.method and threads.united_key = of_stretches.united_key
    ) as threads
),

numbered as (
    select
        *,
        sum(case when heard_until is null or first_at > {{ idle_limit_after('heard_until') }} then 1 else 0 end) over (
            {{ order }}
            rows between unbounded preceding and current row
        ) as united_number
    from told_when
),

-- Each stretch by the clock is a session of its own; any other session is made of all its stretches.
named as (
    select
        *,
        case
            when method <> 'gap' then united_key
            else {{ key_of([
                'united_key', 'min(first_at) over (partition by method, united_key, united_number)'
            ]) }}
        end as session_key
    from numbered
),

keyed as (
    select threads.*, threads.united_key as session_key
    from {{ threads }} as threads
    inner join of_stretches
        on threads.method = of_stretches.method and threads.united_key = of_stretches.united_key
    where threads.method <> 'gap'
    union all
    select threads.*, named.session_key
    from {{ threads }} as threads
    inner join named
        on
            threads.occurred_date = named.occurred_date
            and threads.method = named.method
            and threads.thread_key = named.thread_key
            and threads.stretch_number = named.stretch_number
    where threads.method = 'gap' and named.method = 'gap'
),

stretches as (
    select
        method,
        session_key,
        united_number,
        min(occurred_date) as started_date,
        min(first_at) as first_at,
        {{ dbt.datediff('min(first_at)', 'max(last_at)', 'second') }} as seconds
    from named
    group by method, session_key, united_number
),

-- As text, since few sessions have several sittings, and engines differ in what a column of rows is.
sittings as (
    select
        *,
        cast(started_date as {{ dbt.type_string() }})
        || ' '
        || cast({{ dbt.datediff(
            'min(first_at) over (partition by method, session_key)', 'first_at', 'second'
        ) }} as {{ dbt.type_string() }})
        || ' '
        || cast(seconds as {{ dbt.type_string() }}) as sitting
    from stretches
),

active as (
    select
        method,
        session_key,
        cast(sum(seconds) as bigint) as observed_seconds,
        count(*) as stretch_count,
        case when count(*) > 1 then {{ dbt.listagg('sitting', "'[,]'", 'order by sitting') }} end as sittings
    from sittings
    group by method, session_key
),

gathered as (
    select
        method,
        session_key,
        min(united_key) as united_key,
        min(tool) as tool,
        max(person_key) as person_key,
        min(learner) as learner,
        min(registration) as registration,
        min(session_id) as session_id,
        min(activity_id) as activity_id,
        min(occurred_date) as started_date,
        max(occurred_date) as last_date,
        min(first_at) as first_at,
        max(last_at) as last_at,
        cast(sum(statement_count) as bigint) as statement_count,
        {%- for column in earliest %}
        min({{ column }}) as {{ column }},
        {%- endfor %}
        {%- for column in greatest_known %}
        max({{ column }}) as {{ column }},
        {%- endfor %}
        sum(deciding_count) as deciding_count,
        max(case when is_without_duration then 1 else 0 end) = 1 as is_without_duration,
        min(launch_mode) as launch_mode,
        min(move_on) as move_on
    from keyed
    group by method, session_key
),

sessions as (
    select gathered.*, active.observed_seconds, active.stretch_count, active.sittings
    from gathered
    inner join active on gathered.method = active.method and gathered.session_key = active.session_key
    union all
    select
        threads.method,
        case
            when threads.method <> 'gap' then threads.united_key
            else {{ key_of(['threads.united_key', 'threads.first_at']) }}
        end as session_key,
        threads.united_key,
        threads.tool,
        threads.person_key,
        threads.learner,
        threads.registration,
        threads.session_id,
        threads.activity_id,
        threads.occurred_date as started_date,
        threads.occurred_date as last_date,
        threads.first_at,
        threads.last_at,
        threads.statement_count,
        {%- for column in earliest + greatest_known %}
        threads.{{ column }},
        {%- endfor %}
        threads.deciding_count,
        threads.is_without_duration,
        threads.launch_mode,
        threads.move_on,
        cast({{ dbt.datediff('threads.first_at', 'threads.last_at', 'second') }} as bigint) as observed_seconds,
        1 as stretch_count,
        cast(null as {{ dbt.type_string() }}) as sittings
    from {{ threads }} as threads
    left join of_stretches
        on threads.method = of_stretches.method and threads.united_key = of_stretches.united_key
    where of_stretches.united_key is null
),

final as (
    select
        sessions.method,
        sessions.session_key,
        sessions.united_key,
        sessions.tool,
        sessions.person_key,
        sessions.learner,
        sessions.registration,
        sessions.session_id,
        sessions.activity_id,
        sessions.started_date,
        sessions.last_date,
        sessions.first_at,
        sessions.last_at,
        sessions.statement_count,
        sessions.observed_seconds,
        sessions.stretch_count,
        sessions.sittings,
        sessions.launched_at,
        sessions.initialized_at,
        -- A cmi5 session decides by its verbs alone, by none after it was given up, and by the first of its verdicts.
        -- Elsewhere what the results of statements say decides as well.
        case
            when sessions.method <> 'cmi5' then least(sessions.completed_at, sessions.completion_told_at)
            when sessions.abandoned_at is null or sessions.completed_at <= sessions.abandoned_at
                then sessions.completed_at
        end as completed_at,
        case
            when sessions.method <> 'cmi5' then least(sessions.passed_at, sessions.success_told_at)
            when
                (sessions.abandoned_at is null or sessions.passed_at <= sessions.abandoned_at)
                and sessions.passed_at <= coalesce(sessions.failed_at, sessions.passed_at)
                then sessions.passed_at
        end as passed_at,
        case
            when sessions.method <> 'cmi5' then least(sessions.failed_at, sessions.failure_told_at)
            when
                (sessions.abandoned_at is null or sessions.failed_at <= sessions.abandoned_at)
                and (sessions.passed_at is null or sessions.failed_at < sessions.passed_at)
                then sessions.failed_at
        end as failed_at,
        sessions.waived_at,
        sessions.course_satisfied_at,
        sessions.terminated_at,
        sessions.abandoned_at,
        coalesce(sessions.launch_mode, 'Normal') as launch_mode,
        sessions.move_on,
        sessions.mastery_score,
        coalesce(sessions.passed_score_scaled, sessions.failed_score_scaled, sessions.best_score_scaled)
            as score_scaled,
        sessions.passed_score_scaled,
        sessions.failed_score_scaled,
        sessions.terminated_seconds,
        sessions.abandoned_seconds,
        sessions.reported_progress_share,
        sessions.video_seconds,
        sessions.completion_threshold,
        -- The rules of cmi5 that the session breaks; docs/decisions/0053-an-attempt-names-its-method.md names them.
        case
            when sessions.method = 'cmi5' then trim({{ broken | join(' || ') }})
        end as broken_rules
    from sessions
)

select * from final
