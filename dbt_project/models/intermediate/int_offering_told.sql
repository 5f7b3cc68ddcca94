{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

with

touched as (
    select distinct unit from {{ ref('int_unit_touched') }}
),

final as (
    select
        tool,
        unit,
        source_line,
        extracted_at,
        activity_id,
        title,
        activity_kind,
        activity_type,
        is_formal,
        parent_activity_id,
        provider,
        language,
        duration_planned_seconds,
        catalogue_code
    from {{ touched_units('activities') }}
    where unit in (select touched.unit from touched)
)

select * from final
