with

final as (
    select
        told.kpi_observation_key,
        told.tool,
        told.kpi_id,
        {{ key_of(['told.kpi_id', 'told.definition_version']) }} as kpi_key,
        coalesce(kpis.kpi_sk, {{ unknown_key() }}) as kpi_sk,
        told.org_unit_key,
        told.period_start,
        told.period_end,
        told.value,
        told.numerator,
        told.denominator,
        told.definition_version,
        told.restated_at
    from {{ ref('int_kpi_told') }} as told
    left join {{ ref('dim_kpi') }} as kpis
        on
            told.kpi_id = kpis.kpi_id
            and told.definition_version = kpis.definition_version
            and {{ holds_on('kpis', 'told.period_start') }}
)

select * from final
