with

offerings as (
    select * from {{ ref('int_activity_harmonised') }}
),

final as (
    select
        activity_key,
        tool,
        activity_id,
        is_catalogued,
        title,
        activity_kind,
        is_enrollable,
        catalogue_code,
        language,
        provider,
        rule
    from offerings
)

select * from final
