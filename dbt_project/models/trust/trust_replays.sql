{{ config(alias='replays') }}

with

replays as (
    select * from {{ ref('stg_replays') }}
),

final as (
    select
        tool,
        unit,
        record_kind,
        source_file,
        replayed_at,
        declaration_version_before,
        status_before,
        rows_read_before,
        rows_landed_before,
        rows_rejected_before,
        rows_duplicate_before,
        declaration_version_after,
        status_after,
        rows_read_after,
        rows_landed_after,
        rows_rejected_after,
        rows_duplicate_after
    from replays
)

select * from final
