with

{{ strategy_versions('kpis', ['kpi_id', 'definition_version']) }},

final as (
    select
        {{ key_of(['versions.kpi_id', 'versions.definition_version', 'versions.version_from']) }} as kpi_sk,
        {{ key_of(['versions.kpi_id', 'versions.definition_version']) }} as kpi_key,
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
    union all
    select
        {{ unknown_key() }} as kpi_sk,
        {{ unknown_key() }} as kpi_key,
        {{ unknown_key() }} as kpi_id,
        'unknown' as kpi,
        cast(null as {{ dbt.type_string() }}) as goal_id,
        cast(null as {{ dbt.type_string() }}) as unit_name,
        cast(null as {{ dbt.type_string() }}) as direction,
        cast(null as {{ dbt.type_string() }}) as aggregation,
        cast(null as {{ dbt.type_bigint() }}) as lag_days,
        cast(null as {{ dbt.type_float() }}) as unit_value,
        cast(null as {{ dbt.type_string() }}) as currency,
        '' as definition_version,
        {{ beginning_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        true as is_current
)

select * from final
