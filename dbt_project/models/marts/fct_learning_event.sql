{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

with

events as (
    select * from {{ ref('int_learning_event_united') }} where fate = 'counted'
),

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

persons as (
    select person_key, person_sk, org_unit_key, valid_from, valid_to from {{ ref('int_person_history') }}
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

verbs as (
    select verb_source, verb, state from {{ ref('seed_verb_map') }}
),

identified as (
    select events.*, coalesce(links.person_key, {{ unknown_person() }}) as person_key
    from events
    left join links on events.person_token = links.token and {{ holds_on('links', 'events.occurred_date') }}
),

final as (
    select
        {{ event_key('events.record_kind', 'events.tool', 'events.record_key') }} as event_key,
        events.tool,
        events.record_kind,
        events.unit,
        events.record_key,
        events.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        events.actor_kind,
        events.object_kind,
        coalesce(verbs.verb, events.verb_source) as verb,
        coalesce(verbs.state, 'other') as state,
        events.occurred_at,
        events.occurred_date,
        events.stored_at,
        events.loaded_at,
        events.registration,
        events.session_id,
        events.duration_seconds,
        events.score_scaled,
        events.is_success,
        events.is_completion,
        events.progress_share
    from identified as events
    left join persons
        on
            events.person_key = persons.person_key
            and {{ holds_on('persons', 'events.occurred_date') }}
    left join activities on events.tool = activities.tool and events.activity_id = activities.activity_id
    left join verbs on events.verb_source = verbs.verb_source
)

select * from final
