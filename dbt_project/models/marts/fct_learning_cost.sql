with

-- Finance knows an activity by its catalogue code, whichever tool offers it.
{{ activity_codes() }},

delivered as (
    select *, {{ recency_of_record() }} as recency from {{ ref('stg_costs') }}
),

final as (
    select
        {{ key_of(['delivered.tool', 'delivered.record_key']) }} as cost_key,
        delivered.tool,
        delivered.cost_id,
        coalesce(codes.activity_key, activities.activity_key, {{ unknown_key() }}) as activity_key,
        delivered.provider,
        {{ provider_key('delivered.provider') }} as provider_key,
        delivered.cost_tool,
        {{ org_unit_key('delivered.org_unit_id') }} as org_unit_key,
        delivered.cost_type,
        delivered.amount,
        delivered.currency,
        delivered.period_start,
        coalesce(delivered.period_end, {{ day_after('delivered.period_start') }}) as period_end
    from delivered
    {{ join_activity('delivered') }}
    left join codes on delivered.activity_id = codes.catalogue_code
    where delivered.recency = 1
)

select * from final
