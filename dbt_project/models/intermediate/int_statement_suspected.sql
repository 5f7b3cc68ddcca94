{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

{#- The same learner says the same of the same thing in the same second. -#}
{%- set second = dbt.date_trunc('second', 'occurred_at') %}
{%- set act = "occurred_date, learner, verb_source, object_name, registration, " ~ second %}
{%- set stored = 'coalesce(stored_at, occurred_at)' %}

with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

-- Groups are left out: two anonymous groups are never known to be one.
statements as (
    select
        events.*,
        {{ learner('links.person_key', 'events.person_token') }} as learner
    from {{ ref('int_learning_event_united') }} as events
    left join links on events.person_token = links.token and {{ holds_on('links', 'events.occurred_date') }}
    where events.record_kind = 'statements' and events.fate = 'counted' and events.person_token is not null
),

numbered as (
    select
        *,
        row_number() over (partition by {{ act }} order by {{ stored }}, record_key) as copy_number,
        first_value(record_key) over (partition by {{ act }} order by {{ stored }}, record_key) as first_statement_id,
        first_value(body_hash) over (partition by {{ act }} order by {{ stored }}, record_key) as first_body_hash
    from statements
),

final as (
    select
        occurred_date,
        record_key as statement_id,
        first_statement_id,
        tool,
        unit,
        verb_source,
        activity_id,
        occurred_at,
        stored_at,
        case when body_hash = first_body_hash then 'same body' else 'same act in the same second' end as rule
    from numbered
    where copy_number > 1
)

select * from final
