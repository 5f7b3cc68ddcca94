{{ config(
    materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched',
    keeps_replaced=true
) }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

verbs as (
    select verb_source, verb, state from {{ ref('seed_verb_map') }}
),

questions as (
    select type_source from {{ ref('seed_activity_type') }} where activity_kind = 'question'
),

statements as (
    select
        events.*,
        coalesce(verbs.verb, events.verb_source) as verb,
        coalesce(verbs.state, 'other') = 'assessed' as is_verdict,
        coalesce(
            events.is_success, case verbs.verb when 'passed' then true when 'failed' then false end
        ) as is_passed
    from {{ ref('int_learning_event_united') }} as events
    left join verbs on events.verb_source = verbs.verb_source
    left join questions on events.activity_type = questions.type_source
    where
        events.record_kind = 'statements'
        and events.fate = 'counted'
        and events.person_token is not null
        and events.activity_id is not null
        -- Answers to single questions are most of what has a score, and none of them is a result.
        and questions.type_source is null
),

final as (
    select
        occurred_date,
        tool,
        unit,
        record_key as statement_id,
        person_token,
        activity_id,
        parent_activity_id,
        verb,
        is_verdict,
        registration,
        occurred_at,
        score,
        score_min,
        score_max,
        score_scaled,
        is_passed
    from statements
    where score is not null or score_scaled is not null or is_passed is not null
)

select * from final
