{#- How far anybody ever looked at what learning came to. An activity counts at the highest tier at which it was
    looked at by then, whatever was found. -#}

with

looked as (
    select activity_key, 7 as tier, min(observed_date) as first_date
    from {{ ref('fct_observation') }}
    where observation_type = 'behaviour'
    group by activity_key
    union all
    select activity_key, case when occasion = 'delayed' then 5 else 4 end as tier, min(occurred_date) as first_date
    from {{ ref('fct_assessment_result') }}
    group by activity_key, case when occasion = 'delayed' then 5 else 4 end
    union all
    select activity_key, 3 as tier, min(answered_date) as first_date
    from {{ ref('fct_survey_response') }}
    group by activity_key
),

spent as (
    select
        activity_key,
        cast(extract(year from learning_date) as {{ dbt.type_int() }}) as year_number,
        sum(minutes) / 60.0 as hours,
        cast(0 as double) as cost
    from {{ ref('fct_learning_time') }}
    group by activity_key, extract(year from learning_date)
    union all
    select
        activity_key,
        cast(extract(year from period_start) as {{ dbt.type_int() }}) as year_number,
        cast(0 as double) as hours,
        sum(amount) as cost
    from {{ ref('fct_learning_cost') }}
    where cost_type = 'direct'
    group by activity_key, extract(year from period_start)
),

activity_years as (
    select activity_key, year_number, sum(hours) as hours, sum(cost) as cost
    from spent
    group by activity_key, year_number
),

tiered as (
    select
        activity_years.activity_key,
        activity_years.year_number,
        activity_years.hours,
        activity_years.cost,
        coalesce(max(looked.tier), 2) as tier
    from activity_years
    left join looked
        on
            activity_years.activity_key = looked.activity_key
            and activity_years.activity_key <> {{ unknown_key() }}
            and extract(year from looked.first_date) <= activity_years.year_number
    group by activity_years.activity_key, activity_years.year_number, activity_years.hours, activity_years.cost
),

final as (
    select
        {{ key_of(['year_number', 'tier']) }} as evaluation_key,
        year_number,
        cast(tier as {{ dbt.type_int() }}) as ltem_tier,
        count(*) as activities,
        sum(hours) as hours,
        sum(cost) as direct_cost,
        round(sum(hours) / nullif(sum(sum(hours)) over (partition by year_number), 0), 6) as hours_share,
        round(sum(cost) / nullif(sum(sum(cost)) over (partition by year_number), 0), 6) as direct_cost_share
    from tiered
    group by year_number, tier
)

select * from final
