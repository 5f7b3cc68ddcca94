{{ config(alias='suspected_duplicates') }}

{%- set act %}
partition by learner, verb_source, object_name, registration, occurred_second
        order by coalesce(stored_at, occurred_at), statement_id
{%- endset %}

with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

-- Each may be listed under several days. Under its own it counts, as long as the day says so; of what is listed only
-- beside another day, the facts know.
listed as (
    select
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
        stored_at,
        max(case when occurred_date = told_date then 1 else 0 end) = 1 as is_counted
    from {{ ref('int_statement_suspected') }}
    group by
        told_date, statement_id, body_hash, tool, unit, person_token, verb_source, object_name, activity_id,
        registration, occurred_at, stored_at
),

beside as (
    select * from listed where not is_counted
),

told as (
    select * from listed where is_counted
    union all
    select beside.*
    from beside
    inner join {{ ref('fct_learning_event') }} as events
        on
            beside.told_date = events.occurred_date
            and beside.statement_id = events.record_key
            and beside.tool = events.tool
            and beside.unit = events.unit
            and events.record_kind = 'statements'
),

counted as (
    select
        told.*,
        {{ dbt.date_trunc('second', 'told.occurred_at') }} as occurred_second,
        {{ learner('links.person_key', 'told.person_token') }} as learner
    from told
    left join links on told.person_token = links.token and {{ holds_on('links', 'told.told_date') }}
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
