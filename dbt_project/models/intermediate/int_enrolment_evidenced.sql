{{ config(
    materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched',
    keeps_replaced=true
) }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

events as (
    select * from {{ ref('int_learning_event_united') }}
    where fate = 'counted' and person_token is not null and activity_id is not null
),

verbs as (
    select verb_source, verb, milestone from {{ ref('seed_verb_map') }}
),

mapped as (
    select
        events.*,
        verbs.verb,
        verbs.milestone,
        case when events.session_profile = 'cmi5' then {{ profile_session_key(
            "'cmi5'", 'events.registration', 'events.session_id'
        ) }} end as cmi5_session_key
    from events
    left join verbs on events.verb_source = verbs.verb_source
    where verbs.milestone is not null or events.is_completion
),

-- Every tool that holds a statement: which of them it came from first is a matter of chance.
holders as (
    select distinct statement_id, tool from {{ ref('int_statement_deduplicated') }}
),

held as (
    select
        'statements' as record_kind,
        statement_id,
        {{ dbt.listagg('tool', "'|'", 'order by tool') }} as held_by
    from holders
    group by statement_id
),

reached as (
    select *, milestone as reached_milestone, 'verb ' || verb as rule
    from mapped
    where milestone is not null
    union all
    select *, 'completed' as reached_milestone, 'result.completion' as rule
    from mapped
    where is_completion and coalesce(milestone, '') <> 'completed'
    union all
    select *, case when is_success then 'passed' else 'failed' end as reached_milestone, 'result.success' as rule
    from mapped
    where is_success is not null and milestone = 'completed'
),

final as (
    select
        reached.occurred_date,
        reached.tool,
        reached.record_kind,
        reached.record_key,
        coalesce(held.held_by, reached.tool) as held_by,
        reached.person_token,
        reached.activity_id,
        {{ place_number('reached.person_token', 'reached.tool', 'reached.activity_id') }} as place_number,
        reached.reached_milestone as milestone,
        reached.occurred_at,
        reached.rule,
        reached.is_cmi5_defined,
        reached.cmi5_session_key
    from reached
    left join held on reached.record_kind = held.record_kind and reached.record_key = held.statement_id
)

select * from final
