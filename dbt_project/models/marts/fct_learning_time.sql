{{ config(
    materialized='replace_partitions', partition_by='learning_time_key', touched='int_learning_day_touched',
    since='learning_date'
) }}

with

united as (
    select *
    from {{ ref('int_learning_time_united') }}
    where
        {{ is_listed('learner_day', ref('int_learning_day_touched')) }}
        and {{ since_listed('learning_date', ref('int_learning_day_touched')) }}
),

summed as (
    select
        learning_time_key,
        tool,
        person_key,
        learning_date,
        activity_key,
        evidence,
        is_formal,
        mode,
        initiator,
        sum(counted_minutes) as minutes,
        sum(minutes) as minutes_told
    from united
    group by
        learning_time_key, tool, person_key, learning_date, activity_key, evidence, is_formal, mode, initiator
),

final as (
    select
        summed.learning_time_key,
        summed.tool,
        summed.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        summed.activity_key,
        summed.learning_date,
        summed.evidence,
        summed.is_formal,
        summed.mode,
        summed.initiator,
        summed.minutes,
        summed.minutes_told
    from summed
    {{ join_person_as_of('summed', 'learning_date') }}
)

select * from final
