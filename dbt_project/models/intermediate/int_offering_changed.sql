with

offerings as (
    select tool, activity_id, activity_key, is_enrollable, is_formal from {{ ref('int_activity_harmonised') }}
),

before as (
    select tool, activity_id, activity_key, is_enrollable, is_formal
    from {{ built('int_activity_harmonised_built', {
        'tool': 'string', 'activity_id': 'string', 'activity_key': 'string', 'is_enrollable': 'boolean',
        'is_formal': 'boolean'
    }) }}
),

differing as (
    (
        select * from offerings
        except
        select * from before
    )
    union
    (
        select * from before
        except
        select * from offerings
    )
),

final as (
    select distinct tool, activity_id from differing
)

select * from final
