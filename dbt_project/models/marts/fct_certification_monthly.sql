{#- What a register tells counts from the first day that it tells of a licence: before that, and of a licence that no
    register keeps, nobody knows who lacks it. -#}

with

months as (
    select
        month_start_date as month_start,
        min(date_day) as first_day,
        max(date_day) as last_day,
        {{ day_after('max(date_day)') }} as end_day
    from {{ ref('dim_date') }}
    where date_day <= {{ as_of() }}
    group by month_start_date
),

awards as (
    select * from {{ ref('fct_certification_award') }}
),

ranked_registers as (
    select
        certification_id,
        tool,
        min(event_date) over (partition by certification_id) as first_told_date,
        row_number() over (partition by certification_id order by event_date desc, tool) as recency
    from awards
),

registers as (
    select certification_id, tool, first_told_date from ranked_registers where recency = 1
),

required as (
    select
        stretches.*,
        registers.tool,
        registers.first_told_date
    from {{ ref('fct_certification_status') }} as stretches
    left join registers on stretches.certification_id = registers.certification_id
    where stretches.is_required and not stretches.is_exempt
),

overlapping as (
    select
        months.month_start,
        required.person_key,
        required.org_unit_key,
        required.certification_id,
        required.tool,
        coalesce(required.first_told_date <= months.last_day, false) as is_told,
        required.is_valid,
        required.valid_to > months.last_day as is_at_end,
        required.expires_date <= {{ dbt.dateadd('day', 90, 'months.last_day') }} as is_expiring,
        cast({{ dbt.datediff(
            'greatest(months.first_day, required.valid_from)', 'least(months.end_day, required.valid_to)', 'day'
        ) }} as bigint) as days_there
    from required
    inner join months on required.valid_from < months.end_day and required.valid_to > months.first_day
    where months.last_day >= (select min(registers.first_told_date) from registers)
),

known as (
    select
        month_start,
        person_key,
        org_unit_key,
        certification_id,
        max(tool) as tool,
        max(case when is_told then 1 else 0 end) = 1 as is_told,
        max(case when is_at_end then 1 else 0 end) = 1 as is_required_at_end,
        max(case when is_at_end and is_valid then 1 else 0 end) = 1 as is_valid_at_end,
        max(case when is_at_end and is_valid and is_expiring then 1 else 0 end) = 1 as is_expiring_at_end,
        cast(sum(days_there) as bigint) as required_days,
        cast(sum(case when is_valid then 0 else days_there end) as bigint) as lapsed_days,
        cast(0 as bigint) as licences_of_nobody_known
    from overlapping
    group by month_start, person_key, org_unit_key, certification_id
),

-- A licence whose owner can't be told may be the one that somebody seems to lack.
unknown as (
    select
        months.month_start,
        awards.person_key,
        awards.org_unit_key,
        awards.certification_id,
        max(awards.tool) as tool,
        true as is_told,
        false as is_required_at_end,
        false as is_valid_at_end,
        false as is_expiring_at_end,
        cast(0 as bigint) as required_days,
        cast(0 as bigint) as lapsed_days,
        count(*) as licences_of_nobody_known
    from awards
    inner join months
        on
            awards.event_date <= months.last_day
            and coalesce(awards.expires_date, {{ end_of_time() }}) > months.last_day
    where awards.person_key = {{ unknown_person() }} and awards.event in ('awarded', 'renewed')
    group by months.month_start, awards.person_key, awards.org_unit_key, awards.certification_id
),

all_of_them as (
    select * from known
    union all
    select * from unknown
),

final as (
    select
        {{ key_of(['month_start', 'person_key', 'org_unit_key', 'certification_id']) }} as certification_month_key,
        *
    from all_of_them
)

select * from final
