{{ config(materialized='replace_partitions', partition_by='token_number', touched='int_token_touched') }}

with

final as (
    select
        tool,
        record_kind,
        token,
        token_number,
        identifier_type,
        cast(sum(row_count) as bigint) as row_count
    from {{ ref('int_token_seen') }}
    where {{ is_number_listed('token_number', ref('int_token_touched')) }}
    group by tool, record_kind, token, token_number, identifier_type
)

select * from final
