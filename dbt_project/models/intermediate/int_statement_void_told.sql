{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

select *
from {{ ref('int_event_located') }}
where
    record_kind = 'statements'
    and voided_statement_id is not null
    and unit in (select touched.unit from {{ ref('int_unit_touched') }} as touched)
