{#- Days that are listed again until their build is confirmed bring their quarters along. -#}

with

final as (
    select distinct cast({{ dbt.date_trunc('quarter', 'occurred_date') }} as date) as quarter_start_date
    from {{ ref('int_partitions_touched') }}
)

select * from final
