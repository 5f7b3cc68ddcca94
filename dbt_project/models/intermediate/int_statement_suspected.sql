{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}

{#- The same learner says the same of the same thing in the same second. -#}
{%- set act = 'verb_source, object_name, registration, occurred_second' %}
{%- set located = ref('int_event_located') %}
{%- set located_beside = located_beside_touched_days() %}

with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

-- Groups are left out: two anonymous groups are never known to be one.
events as (
    select
        occurred_date as told_date,
        record_key as statement_id,
        body_hash,
        tool,
        unit,
        person_token,
        verb_source,
        object_name,
        activity_id,
        registration,
        occurred_at,
        stored_at,
        true as is_touched
    from {{ ref('int_learning_event_united') }}
    where record_kind = 'statements' and fate = 'counted' and person_token is not null
),

beside as (
    select record_key as statement_id, unit, occurred_date {{- located_beside }}
),

-- Whether these count isn't known here; trust_suspected_duplicates looks.
events_beside as (
    select
        occurred_date as told_date,
        statement_id,
        body_hash,
        tool,
        unit,
        actor_token as person_token,
        verb_id as verb_source,
        coalesce(object_id, body_hash) as object_name,
        case when object_kind = 'activity' then object_id end as activity_id,
        registration,
        occurred_at,
        stored_at,
        false as is_touched
    from {{ staged_in('statements', 'select distinct unit ' ~ located_beside, located, exceptions=true) }}
    where
        unit in (select beside.unit from beside)
        and statement_id in (select beside.statement_id from beside)
        and occurred_date in (select beside.occurred_date from beside)
        and actor_token is not null
),

told as (
    select
        told.*,
        {{ dbt.date_trunc('second', 'told.occurred_at') }} as occurred_second,
        {{ learner('links.person_key', 'told.person_token') }} as learner
    from (
        select * from events
        union all
        select * from events_beside
    ) as told
    left join links on told.person_token = links.token and {{ holds_on('links', 'told.told_date') }}
),

-- Few learners say anything else in the same second, so these are found first, by two short columns. The history stands
-- here by name: what a query names twice by a CTE, an engine writes down.
busy_seconds as (
    select
        {{ learner('links.person_key', 'said.person_token') }} as learner,
        {{ dbt.date_trunc('second', 'said.occurred_at') }} as occurred_second
    from (
        select person_token, occurred_at, occurred_date
        from {{ ref('int_learning_event_united') }}
        where record_kind = 'statements' and fate = 'counted' and person_token is not null
        union all
        select person_token, occurred_at, occurred_date {{- located_beside }}
    ) as said
    left join links on said.person_token = links.token and {{ holds_on('links', 'said.occurred_date') }}
    group by
        {{ learner('links.person_key', 'said.person_token') }},
        {{ dbt.date_trunc('second', 'said.occurred_at') }}
    having count(*) > 1
),

statements as (
    select told.*
    from told
    inner join busy_seconds
        on told.learner = busy_seconds.learner and told.occurred_second = busy_seconds.occurred_second
),

counted as (
    select
        *,
        min(statement_id) over (partition by learner, {{ act }}) as least_statement_id,
        max(statement_id) over (partition by learner, {{ act }}) as greatest_statement_id
    from statements
),

repeated as (
    select * from counted where least_statement_id <> greatest_statement_id
),

touched_days as (
    select distinct
        told_date as occurred_date,
        least_statement_id,
        greatest_statement_id
    from repeated
    where is_touched
),

-- All that say the same, once for each touched day that one of them lies on.
final as (
    select distinct
        touched_days.occurred_date,
        repeated.told_date,
        repeated.statement_id,
        repeated.body_hash,
        repeated.tool,
        repeated.unit,
        repeated.person_token,
        repeated.verb_source,
        repeated.object_name,
        repeated.activity_id,
        repeated.registration,
        repeated.occurred_at,
        repeated.stored_at
    from repeated
    inner join touched_days
        on
            repeated.least_statement_id = touched_days.least_statement_id
            and repeated.greatest_statement_id = touched_days.greatest_statement_id
)

select * from final
