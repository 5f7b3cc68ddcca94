with

{{ strategy_versions('initiatives', ['initiative_id']) }},

final as (
    select
        {{ key_of(['versions.initiative_id', 'versions.version_from']) }} as initiative_sk,
        versions.initiative_id,
        versions.initiative,
        versions.owner_level,
        versions.stage,
        versions.started_date,
        versions.budget,
        versions.currency,
        {{ version_columns() }}
    from versions
)

select * from final
