{{ vouched_for() }}

select
    tool,
    record_kind,
    unit,
    landed_at,
    '{{ code_version() }}' as code_version
from {{ ref('stg_ledger') }}
where status = 'landed'
