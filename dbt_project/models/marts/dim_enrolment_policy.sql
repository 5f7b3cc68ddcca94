with

{{ strategy_versions('enrolment_policies', ['policy_id']) }},

final as (
    select
        {{ key_of(['versions.policy_id', 'versions.version_from']) }} as enrolment_policy_sk,
        versions.policy_id,
        versions.activity_id,
        versions.activity_kind,
        versions.eligible_position_id,
        versions.eligible_org_unit_id,
        versions.designated_tool,
        versions.approval,
        versions.needs_confirmation,
        versions.within_days,
        {{ version_columns() }}
    from versions
)

select * from final
