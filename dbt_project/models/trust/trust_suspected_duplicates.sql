{{ config(alias='suspected_duplicates') }}

with

suspected as (
    select * from {{ ref('int_statement_suspected') }}
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
        suspected.occurred_date,
        suspected.stored_at,
        suspected.rule
    from suspected
    left join verbs on suspected.verb_source = verbs.verb_source
    left join activities on suspected.tool = activities.tool and suspected.activity_id = activities.activity_id
)

select * from final
