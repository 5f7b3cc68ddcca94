{#- Weeks in which people wrote down what they learned, or that it was nothing: of who never does, nobody knows. From
    the first month on in which anybody did. -#}

with

told as (
    select *, {{ recency_of_record() }} as recency from {{ ref('stg_learning_time') }}
),

entries as (
    select distinct
        links.person_key,
        days.week_start_date
    from told
    {{ join_link('told', 'person_token', 'told.learning_date') }}
    inner join {{ ref('dim_date') }} as days on told.learning_date = days.date_day
    where told.recency = 1 and links.person_key <> {{ unknown_person() }}
),

-- A week counts for the month that its Monday lies in, once it is over.
weeks as (
    select date_day as week_start_date, month_start_date
    from {{ ref('dim_date') }}
    where
        iso_day_of_week = 1
        and {{ dbt.dateadd('day', 6, 'date_day') }} <= {{ as_of() }}
        and month_start_date >= (select {{ dbt.date_trunc('month', 'min(entries.week_start_date)') }} from entries)
),

employed as (
    select person_key, org_unit_key, fte, valid_from, valid_to
    from {{ ref('int_person_history') }}
    where employment_status not in ('left', 'not_in_hr')
),

final as (
    select
        {{ key_of(['weeks.month_start_date', 'employed.org_unit_key']) }} as time_registration_key,
        weeks.month_start_date as month_start,
        employed.org_unit_key,
        cast(sum(coalesce(employed.fte, 1)) as double) as fte_weeks,
        cast(sum(case when entries.person_key is not null then coalesce(employed.fte, 1) else 0 end) as double)
            as fte_weeks_registered,
        cast(count(distinct employed.person_key) as bigint) as persons
    from weeks
    inner join employed
        on weeks.week_start_date >= employed.valid_from and weeks.week_start_date < employed.valid_to
    left join entries
        on employed.person_key = entries.person_key and weeks.week_start_date = entries.week_start_date
    group by weeks.month_start_date, employed.org_unit_key
)

select * from final
