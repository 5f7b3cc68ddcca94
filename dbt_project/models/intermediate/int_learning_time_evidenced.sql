{{ config(
    materialized='replace_partitions', partition_by='evidence_key', touched='int_learning_time_touched',
    since='learning_date'
) }}

{#- Who tells of learning time, the best witness first: somebody who was there, the player that measured it, and what
    the learner wrote down. -#}

with

attempts as (
    select *, {{ key_of(["'attempt'", 'tool', 'attempt_key']) }} as evidence_key
    from {{ ref('int_attempt_decided') }}
    where
        {{ is_listed('united_key', ref('int_learning_time_touched')) }}
        and {{ since_listed('started_date', ref('int_learning_time_touched')) }}
),

-- What was observed in several sittings was learned when these were, and not all of it on the first day.
sittings as (
    select
        evidence_key,
        {{ dbt.dateadd('second', "cast(" ~ dbt.split_part('sitting', "' '", 2) ~ " as bigint)", 'started_at') }}
            as started_at,
        cast({{ dbt.split_part('sitting', "' '", 3) }} as double) / 60 as minutes,
        cast({{ dbt.split_part('sitting', "' '", 1) }} as date) as learning_date
    from (
        select evidence_key, started_at, {{ each_part('sittings', '[,]') }} as sitting
        from attempts
        where sittings is not null
    ) as observed
    union all
    select
        evidence_key,
        started_at,
        coalesce(duration_seconds, observed_seconds) / 60.0 as minutes,
        started_date as learning_date
    from attempts
    where sittings is null
),

attempted as (
    select
        2 as rank_of_witness,
        'attempt' as evidence,
        attempts.tool,
        attempts.attempt_key as record_key,
        attempts.person_key,
        attempts.learner,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        sittings.started_at,
        sittings.minutes,
        sittings.learning_date,
        activities.is_formal,
        cast(null as {{ dbt.type_string() }}) as mode,
        cast(null as {{ dbt.type_string() }}) as initiator,
        attempts.evidence_key,
        attempts.united_key
    from attempts
    inner join sittings on attempts.evidence_key = sittings.evidence_key
    {{ join_activity('attempts') }}
    where sittings.minutes > 0
),

final as (
    select *, cast(null as {{ dbt.type_string() }}) as united_key
    from {{ ref('int_learning_time_told') }}
    union all
    select * from attempted
)

select
    rank_of_witness,
    evidence,
    tool,
    record_key,
    person_key,
    learner,
    activity_key,
    started_at,
    minutes,
    learning_date,
    is_formal,
    -- A course is formal by what it is, whoever leaves the field empty.
    coalesce(mode, case when is_formal then 'formal' end) as mode,
    initiator,
    evidence_key,
    united_key,
    {{ key_of(['learner', 'learning_date']) }} as learner_day,
    {{ minutes_later('minutes', 'started_at') }} as ended_at
from final
where {{ is_listed('evidence_key', ref('int_learning_time_touched')) }}
