{{ config(alias='ledger') }}

with

ledger as (
    select * from {{ ref('stg_ledger') }}
),

final as (
    select
        tool,
        record_kind,
        unit,
        source_file,
        rows_read,
        rows_landed,
        rows_rejected,
        rows_duplicate,
        rows_erased,
        declaration_version,
        landed_at,
        status,
        reason,
        export,
        series,
        source_rows
    from ledger
)

select * from final
