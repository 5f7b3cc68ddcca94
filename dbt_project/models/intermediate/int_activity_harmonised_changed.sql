with

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

before as (
    select tool, activity_id, activity_key
    from {{ built('int_activity_harmonised_built', {
        'tool': 'string', 'activity_id': 'string', 'activity_key': 'string'
    }) }}
),

-- An offering without an earlier key is no change: its events, if any, are in touched units.
final as (
    select distinct before.tool, before.activity_key
    from before
    left join activities on before.tool = activities.tool and before.activity_id = activities.activity_id
    where activities.activity_key is null or activities.activity_key <> before.activity_key
)

select * from final
