with

{{ strategy_versions('capabilities', ['capability_id']) }},

final as (
    select
        {{ key_of(['versions.capability_id', 'versions.version_from']) }} as capability_sk,
        versions.capability_id,
        versions.capability,
        versions.parent_capability_id,
        versions.is_strategic,
        versions.esco_uri,
        versions.onet_id,
        versions.horizon_year,
        {{ version_columns() }}
    from versions
)

select * from final
