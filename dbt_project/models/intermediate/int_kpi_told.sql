with

-- A value that is delivered again with another figure restates it: the last word counts, and that it was said twice.
delivered as (
    select
        *,
        {{ recency_of_record() }} as recency,
        count(*) over (partition by tool, record_key) as times_told,
        first_value(value) over (
            partition by tool, record_key order by extracted_at, unit, source_line
        ) as first_value_told,
        min(extracted_at) over (partition by tool, record_key) as first_told_at
    from {{ ref('stg_kpi_values') }}
    -- Values of single persons stay in the restricted zone; a team's value is what an evaluation may use.
    where person_token is null
),

final as (
    select
        {{ key_of(['tool', 'record_key']) }} as kpi_observation_key,
        tool,
        kpi_id,
        {{ org_unit_key('org_unit_id') }} as org_unit_key,
        period_start,
        period_end,
        coalesce(value, numerator / nullif(denominator, 0)) as value,
        numerator,
        denominator,
        coalesce(definition_version, '') as definition_version,
        case when times_told > 1 and coalesce(value <> first_value_told, false) then extracted_at end as restated_at,
        first_told_at
    from delivered
    where recency = 1
)

select * from final
