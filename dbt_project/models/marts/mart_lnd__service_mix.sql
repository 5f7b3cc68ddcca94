{#- Who is paid for learning, and how much hangs on few of them. -#}

with

paid as (
    select
        cast(extract(year from costs.period_start) as {{ dbt.type_int() }}) as year_number,
        costs.currency,
        costs.provider_key,
        providers.is_internal,
        sum(costs.amount) as direct_cost
    from {{ ref('fct_learning_cost') }} as costs
    left join {{ ref('dim_provider') }} as providers on costs.provider_key = providers.provider_key
    where costs.cost_type = 'direct'
    group by extract(year from costs.period_start), costs.currency, costs.provider_key, providers.is_internal
),

shared as (
    select *, direct_cost / nullif(sum(direct_cost) over (partition by year_number, currency), 0) as share_of_year
    from paid
),

final as (
    select
        {{ key_of(['year_number', 'currency', 'is_internal']) }} as service_mix_key,
        year_number,
        currency,
        case when is_internal then 'internal' when not is_internal then 'external' else 'unknown' end as provider_kind,
        count(*) as providers,
        sum(direct_cost) as direct_cost,
        round(sum(share_of_year), 6) as direct_cost_share,
        round(sum(share_of_year * share_of_year), 6) as concentration
    from shared
    group by year_number, currency, is_internal
)

select * from final
