{#- Cycles are the regulator's, the same for everybody: they follow each other from the first day of the requirement, or
    from the year 2000 where it has none. A running cycle counts as of today. -#}

with

certifications as (
    select
        certification_id,
        cycle_months,
        cpd_hours,
        valid_from,
        valid_to,
        case
            when valid_from = {{ beginning_of_time() }} then cast('2000-01-01' as date)
            else cast({{ dbt.date_trunc('month', 'valid_from') }} as date)
        end as anchor_date
    from {{ ref('dim_certification') }}
    where is_required_by_strategy and cycle_months > 0 and cpd_hours > 0
),

required as (
    select *
    from {{ ref('fct_certification_monthly') }}
    where is_required_at_end and person_key <> {{ unknown_person() }}
),

numbered as (
    select
        required.person_key,
        required.certification_id,
        required.org_unit_key,
        required.tool,
        required.month_start,
        certifications.cycle_months,
        certifications.cpd_hours,
        certifications.anchor_date,
        cast(floor(
            {{ dbt.datediff('certifications.anchor_date', 'required.month_start', 'month') }}
            / certifications.cycle_months
        ) as integer) as cycle_number
    from required
    inner join certifications
        on
            required.certification_id = certifications.certification_id
            and {{ holds_on('certifications', 'required.month_start') }}
            and required.month_start >= certifications.anchor_date
),

-- A person is asked for what the last month of the cycle asks for, in the unit of that month.
cycles as (
    select
        *,
        cast({{ dbt.dateadd('month', 'cycle_number * cycle_months', 'anchor_date') }} as date) as cycle_start,
        cast({{ dbt.dateadd('month', '(cycle_number + 1) * cycle_months', 'anchor_date') }} as date) as cycle_end,
        row_number() over (
            partition by person_key, certification_id, anchor_date, cycle_number order by month_start desc
        ) as recency
    from numbered
),

earned as (
    select
        cycles.person_key,
        cycles.certification_id,
        cycles.cycle_start,
        sum(awards.cpd_hours) as cpd_hours_earned
    from cycles
    inner join {{ ref('fct_certification_award') }} as awards
        on
            cycles.person_key = awards.person_key
            and cycles.certification_id = awards.certification_id
            and cycles.cycle_start <= awards.event_date
            and cycles.cycle_end > awards.event_date
    where cycles.recency = 1
    group by cycles.person_key, cycles.certification_id, cycles.cycle_start
),

final as (
    select
        {{ key_of(['cycles.person_key', 'cycles.certification_id', 'cycles.cycle_start']) }} as cpd_cycle_key,
        cycles.person_key,
        cycles.org_unit_key,
        cycles.certification_id,
        cycles.tool,
        cycles.cycle_start,
        {{ day_before('cycles.cycle_end') }} as cycle_last_date,
        cycles.cpd_hours as cpd_hours_required,
        coalesce(earned.cpd_hours_earned, 0) as cpd_hours_earned,
        least(coalesce(earned.cpd_hours_earned, 0) / cycles.cpd_hours, 1) as attained_share
    from cycles
    left join earned
        on
            cycles.person_key = earned.person_key
            and cycles.certification_id = earned.certification_id
            and cycles.cycle_start = earned.cycle_start
    where cycles.recency = 1
)

select * from final
