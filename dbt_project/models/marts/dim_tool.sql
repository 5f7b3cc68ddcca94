with

ledger as (
    select * from {{ ref('stg_ledger') }}
),

final as (
    select
        tool,
        cast(count(distinct unit) as bigint) as unit_count,
        cast(count(distinct case when rows_landed > 0 then record_kind end) as bigint) as record_kind_count,
        min(landed_at) as first_landed_at,
        max(landed_at) as last_landed_at
    from ledger
    where status = 'landed'
    group by tool
)

select * from final
