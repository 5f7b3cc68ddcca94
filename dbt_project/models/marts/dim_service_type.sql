with

final as (
    select service_type, title, is_learning from {{ ref('seed_service_type') }}
    union all
    select
        {{ unknown_key() }} as service_type,
        'unknown' as title,
        cast(null as {{ dbt.type_boolean() }}) as is_learning
)

select * from final
