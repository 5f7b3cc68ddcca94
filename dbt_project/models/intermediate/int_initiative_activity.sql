{#- The workbook names an activity by its catalogue code, whichever tool offers it, or by its id in a tool. A name of
    two activities tells neither. -#}

with

{{ activity_codes() }},

ids as (
    select activity_id, min(activity_key) as activity_key
    from {{ ref('int_activity_harmonised') }}
    group by activity_id
    having count(distinct activity_key) = 1
),

told as (
    select from_id, to_id, {{ recency_of_record() }} as recency
    from {{ ref('stg_strategy_links') }}
    where from_type = 'initiative' and to_type = 'activity'
),

final as (
    select distinct
        told.from_id as initiative_id,
        coalesce(codes.activity_key, ids.activity_key) as activity_key
    from told
    left join codes on told.to_id = codes.catalogue_code
    left join ids on told.to_id = ids.activity_id
    where told.recency = 1 and coalesce(codes.activity_key, ids.activity_key) is not null
)

select * from final
