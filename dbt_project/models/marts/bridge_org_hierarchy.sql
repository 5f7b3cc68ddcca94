{%- set pair = 'descendant_org_unit_key, ancestor_org_unit_key, depth' %}

with

ascended as (
    select * from {{ ref('int_org_unit_ascended') }} where not is_circular
    union all
    select
        {{ unknown_key() }} as descendant_org_unit_key,
        {{ unknown_key() }} as ancestor_org_unit_key,
        0 as depth,
        {{ beginning_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        false as is_circular
),

-- A renamed unit, or another way of the same length, splits an interval in two that say the same.
compared as (
    select
        *,
        case
            when valid_from = lag(valid_to) over (partition by {{ pair }} order by valid_from) then 0
            else 1
        end as is_island_start
    from ascended
),

numbered as (
    select
        *,
        sum(is_island_start) over (
            partition by {{ pair }} order by valid_from rows between unbounded preceding and current row
        ) as island_number
    from compared
),

islands as (
    select
        {{ pair }},
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from numbered
    group by {{ pair }}, island_number
),

final as (
    select
        ancestor_org_unit_key,
        descendant_org_unit_key,
        cast(depth as {{ dbt.type_int() }}) as depth,
        valid_from,
        valid_to,
        {{ as_of() }} >= valid_from and {{ as_of() }} < valid_to as is_current
    from islands
)

select * from final
