with

final as (
    select
        kpi_observation_key,
        tool,
        kpi_id,
        org_unit_key,
        period_start,
        period_end,
        value,
        numerator,
        denominator,
        definition_version,
        restated_at
    from {{ ref('int_kpi_told') }}
)

select * from final
