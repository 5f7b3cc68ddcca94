with

offerings as (
    select * from {{ ref('int_activity_harmonised') }}
),

final as (
    select
        activity_key,
        tool,
        activity_id,
        is_catalogued
    from offerings
)

select * from final
