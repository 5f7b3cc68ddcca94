{%- set fiscal_start = fiscal_year_start_month() %}

with

days as (
    {{ dbt.date_spine(
        'day',
        "cast('" ~ var('first_calendar_date') ~ "' as date)",
        "cast('" ~ var('last_calendar_date') ~ "' as date)"
    ) }}
),

calendar as (
    select
        cast(date_day as date) as date_day,
        cast(extract(year from date_day) as integer) as year_number,
        cast(extract(quarter from date_day) as integer) as quarter_of_year,
        cast(extract(month from date_day) as integer) as month_of_year,
        cast(extract(day from date_day) as integer) as day_of_month,
        cast(extract(week from date_day) as integer) as iso_week_of_year,
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as week_start_date,
        cast({{ dbt.date_trunc('month', 'date_day') }} as date) as month_start_date,
        cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as quarter_start_date
    from days
),

fiscal as (
    select
        *,
        cast({{ dbt.datediff('week_start_date', 'date_day', 'day') }} + 1 as integer) as iso_day_of_week,
        -- A fiscal year bears the number of the calendar year that it ends in.
        year_number + case when {{ fiscal_start }} > 1 and month_of_year >= {{ fiscal_start }} then 1 else 0 end
            as fiscal_year,
        (month_of_year - {{ fiscal_start }} + 12) % 12 + 1 as fiscal_month
    from calendar
),

final as (
    select
        date_day,
        year_number,
        quarter_of_year,
        month_of_year,
        day_of_month,
        iso_week_of_year,
        iso_day_of_week,
        iso_day_of_week >= 6 as is_weekend,
        week_start_date,
        month_start_date,
        quarter_start_date,
        cast(fiscal_year as integer) as fiscal_year,
        cast(floor((fiscal_month - 1) / 3) + 1 as integer) as fiscal_quarter,
        cast(fiscal_month as integer) as fiscal_month
    from fiscal
)

select * from final
