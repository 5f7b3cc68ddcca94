with

told as (
    select provider, 'catalogue' as told_by from {{ ref('int_activity_harmonised') }} where provider is not null
    union all
    select provider, 'costs' as told_by from {{ ref('stg_costs') }} where provider is not null
),

final as (
    select
        {{ provider_key('provider') }} as provider_key,
        min(trim(provider)) as provider,
        {{ is_internal_provider('min(provider)') }} as is_internal,
        max(case when told_by = 'catalogue' then 1 else 0 end) = 1 as is_in_catalogues,
        max(case when told_by = 'costs' then 1 else 0 end) = 1 as is_paid
    from told
    group by {{ provider_key('provider') }}
    union all
    select
        {{ unknown_key() }} as provider_key,
        'unknown' as provider,
        cast(null as {{ dbt.type_boolean() }}) as is_internal,
        false as is_in_catalogues,
        false as is_paid
)

select * from final
