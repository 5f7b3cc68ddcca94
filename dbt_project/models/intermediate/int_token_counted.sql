{{ config(materialized='replace_partitions', partition_by='token', touched='int_token_touched') }}

with

final as (
    select
        tool,
        record_kind,
        token,
        identifier_type,
        cast(sum(row_count) as bigint) as row_count
    from {{ ref('int_token_seen') }}
    where token in (select touched.token from {{ ref('int_token_touched') }} as touched)
    group by tool, record_kind, token, identifier_type
)

select * from final
