{{ config(alias='suspected_duplicates') }}

{%- set act %}
partition by learner, verb_source, object_name, registration, occurred_second
        order by coalesce(stored_at, occurred_at), statement_id
{%- endset %}

with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

-- Each may be listed under several days.
listed as (
    select distinct
        told_date,
        statement_id,
        body_hash,
        tool,
        unit,
        person_token,
        verb_source,
        object_name,
        activity_id,
        registration,
        occurred_at,
        stored_at
    from {{ ref('int_statement_suspected') }}
),

counted as (
    select
        listed.*,
        {{ dbt.date_trunc('second', 'listed.occurred_at') }} as occurred_second,
        {{ learner('links.person_key', 'listed.person_token') }} as learner
    from listed
    inner join {{ ref('fct_learning_event') }} as events
        on
            listed.told_date = events.occurred_date
            and listed.statement_id = events.record_key
            and listed.tool = events.tool
            and listed.unit = events.unit
            and events.record_kind = 'statements'
    left join links on listed.person_token = links.token and {{ holds_on('links', 'listed.told_date') }}
),

numbered as (
    select
        *,
        row_number() over ({{ act }}) as copy_number,
        first_value(statement_id) over ({{ act }}) as first_statement_id,
        first_value(body_hash) over ({{ act }}) as first_body_hash
    from counted
),

suspected as (
    select * from numbered where copy_number > 1
),

verbs as (
    select verb_source, verb from {{ ref('seed_verb_map') }}
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

final as (
    select
        suspected.statement_id,
        suspected.first_statement_id,
        suspected.tool,
        suspected.unit,
        coalesce(verbs.verb, suspected.verb_source) as verb,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        suspected.occurred_at,
        suspected.told_date as occurred_date,
        suspected.stored_at,
        case
            when suspected.body_hash = suspected.first_body_hash then 'same body'
            else 'same act in the same second'
        end as rule
    from suspected
    left join verbs on suspected.verb_source = verbs.verb_source
    left join activities on suspected.tool = activities.tool and suspected.activity_id = activities.activity_id
)

select * from final
