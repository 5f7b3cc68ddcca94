with

told as (
    select
        *,
        {{ recency_of_record() }} as recency,
        -- Since when the plan of a team stands as it does: a workbook that says the same again adds nothing.
        min(extracted_at) over (
            partition by
                initiative_id, kpi_id, org_unit_id, planned_start_date, start_order, window_days, lag_days, assignment
        ) as told_since
    from {{ ref('stg_strategy_pilots') }}
),

-- What was planned stays planned: a row that a later workbook ends is part of the plan as long as nothing replaces it.
ranked as (
    select
        *,
        row_number() over (
            partition by initiative_id, kpi_id, org_unit_id
            order by
                coalesce(valid_from, {{ beginning_of_time() }}) desc,
                extracted_at desc,
                unit desc,
                source_line desc
        ) as rank_of_word
    from told
    where recency = 1
),

final as (
    select
        initiative_id,
        kpi_id,
        org_unit_id,
        {{ org_unit_key('org_unit_id') }} as org_unit_key,
        start_order,
        planned_start_date,
        window_days,
        lag_days,
        assignment,
        registered_date,
        told_since
    from ranked
    where rank_of_word = 1
)

select * from final
