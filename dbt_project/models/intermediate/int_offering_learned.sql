{{ config(
    materialized='replace_partitions', partition_by='quarter_start_date', touched='int_quarters_touched'
) }}

{#- Which activity an offering is comes later: a course may become another activity without any news of the pages that
    were visited in it. -#}

with

visits as (
    select *
    from {{ ref('int_offering_visited') }}
    where
        quarter_start_date in (select touched.quarter_start_date from {{ ref('int_quarters_touched') }} as touched)
),

final as (
    select distinct
        visits.quarter_start_date,
        visits.tool,
        visits.activity_id,
        {{ learner('links.person_key', 'visits.person_token') }} as learner
    from visits
    {{ join_link('visits', 'person_token', 'visits.occurred_date') }}
)

select * from final
