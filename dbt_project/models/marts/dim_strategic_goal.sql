with

{{ strategy_versions('goals', ['goal_id']) }},

final as (
    select
        {{ key_of(['versions.goal_id', 'versions.version_from']) }} as strategic_goal_sk,
        versions.goal_id,
        versions.goal,
        versions.theme,
        versions.owner_role,
        versions.success_definition,
        {{ version_columns() }}
    from versions
)

select * from final
