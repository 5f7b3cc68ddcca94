with

final as (
    select
        tool,
        record_kind,
        token,
        identifier_type,
        cast(sum(row_count) as bigint) as row_count
    from {{ ref('int_token_seen') }}
    group by tool, record_kind, token, identifier_type
)

select * from final
