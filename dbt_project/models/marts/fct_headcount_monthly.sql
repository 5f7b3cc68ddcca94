{#- Averages over the days of a month up to the day of the build, as the rates want them: somebody who came on the
    sixteenth of thirty days is half a head. Before HR tells of anybody, nobody knows how many there were: a first list
    on the last day of January says nothing of the thirty days before it. -#}

with

employed as (
    select * from {{ ref('int_person_history') }} where employment_status not in ('left', 'not_in_hr')
),

months as (
    select
        month_start_date as month_start,
        min(date_day) as first_day,
        {{ day_after('max(date_day)') }} as end_day,
        cast(count(*) as double) as days,
        cast(sum(count(*)) over (partition by year_number) as double) as days_of_year
    from {{ ref('dim_date') }}
    where date_day <= {{ as_of() }} and date_day >= (select min(employed.valid_from) from employed)
    group by month_start_date, year_number
),

overlapping as (
    select
        months.month_start,
        months.days,
        months.days / months.days_of_year as share_of_year,
        employed.org_unit_key,
        employed.person_key,
        employed.fte,
        cast({{ dbt.datediff(
            'greatest(months.first_day, employed.valid_from)', 'least(months.end_day, employed.valid_to)', 'day'
        ) }} as double) as days_there
    from employed
    inner join months on employed.valid_from < months.end_day and employed.valid_to > months.first_day
),

final as (
    select
        {{ key_of(['month_start', 'org_unit_key']) }} as headcount_key,
        month_start,
        org_unit_key,
        sum(days_there) / max(days) as average_headcount,
        -- A contract that HR does not tell counts as a full one.
        sum(days_there * coalesce(fte, 1)) / max(days) as average_fte,
        cast(count(distinct person_key) as bigint) as persons,
        max(share_of_year) as share_of_year
    from overlapping
    group by month_start, org_unit_key
)

select * from final
