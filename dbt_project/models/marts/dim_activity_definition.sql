with

definitions as (
    select * from {{ ref('int_activity_defined') }}
),

-- An IRI is one activity whatever tool it is met in.
activities as (
    select activity_id, min(activity_key) as activity_key
    from {{ ref('int_activity_harmonised') }}
    group by activity_id
),

final as (
    select
        {{ key_of([
            'definitions.activity_id', 'definitions.authority_key', 'definitions.definition_number'
        ]) }} as definition_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        definitions.activity_id,
        definitions.authority_key,
        definitions.definition_number,
        definitions.activity_name as title,
        definitions.activity_type,
        definitions.first_told_at,
        definitions.last_told_at,
        definitions.statement_count,
        definitions.is_current,
        definitions.is_canonical,
        case
            when definitions.is_canonical then 'last told by the authority that says most about the activity'
            when definitions.is_current then 'last told by its authority'
            else 'told before'
        end as rule
    from definitions
    left join activities on definitions.activity_id = activities.activity_id
)

select * from final
