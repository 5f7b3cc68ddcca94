with

{{ strategy_versions('kpis', ['kpi_id', 'definition_version']) }},

final as (
    select
        {{ key_of(['versions.kpi_id', 'versions.definition_version', 'versions.version_from']) }} as kpi_sk,
        versions.kpi_id,
        versions.kpi,
        versions.goal_id,
        versions.unit_name,
        versions.direction,
        versions.aggregation,
        versions.lag_days,
        versions.unit_value,
        versions.currency,
        coalesce(versions.definition_version, '') as definition_version,
        {{ version_columns() }}
    from versions
)

select * from final
