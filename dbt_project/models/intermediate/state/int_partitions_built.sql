{{ vouched_for() }}

with

final as (
    select distinct 'unit' as partition_name, unit as partition_value, build_id
    from {{ ref('int_unit_touched') }}
    union all
    select
        'occurred_date' as partition_name,
        cast(occurred_date as {{ dbt.type_string() }}) as partition_value,
        build_id
    from {{ ref('int_partitions_touched') }}
)

select * from final
