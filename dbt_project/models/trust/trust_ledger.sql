{{ config(alias='ledger') }}

with

ledger as (
    select * from {{ ref('stg_ledger') }}
),

final as (
    select
        ledger.tool,
        ledger.record_kind,
        ledger.unit,
        ledger.source_file,
        ledger.rows_read,
        ledger.rows_landed,
        ledger.rows_rejected,
        ledger.rows_duplicate,
        ledger.rows_erased,
        ledger.declaration_version,
        ledger.landed_at,
        ledger.status,
        ledger.reason,
        ledger.export,
        ledger.series,
        ledger.source_rows,
        staged.first_told_date,
        staged.last_told_date
    from ledger
    left join {{ ref('int_unit_staged') }} as staged
        on ledger.tool = staged.tool and ledger.record_kind = staged.record_kind and ledger.unit = staged.unit
)

select * from final
