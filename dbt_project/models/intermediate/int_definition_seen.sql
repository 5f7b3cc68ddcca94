{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

with

touched as (
    select distinct unit from {{ ref('int_unit_touched') }}
),

final as (
    select
        tool,
        unit,
        object_id as activity_id,
        authority_token,
        activity_name,
        activity_type,
        min(coalesce(stored_at, extracted_at)) as first_told_at,
        max(coalesce(stored_at, extracted_at)) as last_told_at,
        count(*) as statement_count
    from {{ touched_units('statements') }}
    where
        unit in (select touched.unit from touched)
        and object_kind = 'activity'
        and coalesce(activity_name, activity_type) is not null
    group by tool, unit, object_id, authority_token, activity_name, activity_type
)

select * from final
