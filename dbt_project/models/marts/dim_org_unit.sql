with

history as (
    select * from {{ ref('int_org_unit_history') }}
),

final as (
    select
        org_unit_sk,
        org_unit_key,
        org_unit_id,
        valid_from,
        valid_to,
        {{ as_of() }} >= valid_from and {{ as_of() }} < valid_to as is_current,
        is_active,
        org_unit_name,
        parent_org_unit_key,
        parent_org_unit_id,
        org_unit_kind,
        framework
    from history
    union all
    select
        {{ unknown_key() }} as org_unit_sk,
        {{ unknown_key() }} as org_unit_key,
        cast(null as {{ dbt.type_string() }}) as org_unit_id,
        {{ beginning_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        true as is_current,
        false as is_active,
        'unknown' as org_unit_name,
        {{ unknown_key() }} as parent_org_unit_key,
        cast(null as {{ dbt.type_string() }}) as parent_org_unit_id,
        cast(null as {{ dbt.type_string() }}) as org_unit_kind,
        cast(null as {{ dbt.type_string() }}) as framework
)

select * from final
