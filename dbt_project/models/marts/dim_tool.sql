with

ledger as (
    select * from {{ ref('stg_ledger') }}
),

landed as (
    select
        tool,
        cast(count(distinct unit) as bigint) as unit_count,
        cast(count(distinct case when rows_landed > 0 then record_kind end) as bigint) as record_kind_count,
        min(landed_at) as first_landed_at,
        max(landed_at) as last_landed_at
    from ledger
    where status = 'landed'
    group by tool
),

stores as (
    select tool, source_tool from {{ ref('int_store_united') }}
),

final as (
    select
        landed.tool,
        stores.source_tool,
        landed.unit_count,
        landed.record_kind_count,
        landed.first_landed_at,
        landed.last_landed_at
    from landed
    inner join stores on landed.tool = stores.tool
)

select * from final
