{#- A rating says something against others of the same behaviour only: its scale is the spread of ratings before anybody
    was trained. Who was never trained is compared as of the day on which the first one was. -#}

with

observations as (
    select * from {{ ref('int_behaviour_observed') }}
),

completers as (
    select person_key, activity_key, completed_date from {{ ref('int_transfer_followed') }} where is_completed
),

begun as (
    select activity_key, min(completed_date) as first_completed_date from completers group by activity_key
),

dated as (
    select
        observations.*,
        cast({{ dbt.datediff('completers.completed_date', 'observations.observed_date', 'day') }} as bigint)
            as days_after,
        case
            when observations.observation_type <> 'behaviour' or observations.rating is null then null
            when completers.completed_date > observations.observed_date then 'trained before'
            when completers.completed_date < observations.observed_date then 'trained after'
            when completers.completed_date is not null then null
            when begun.first_completed_date > observations.observed_date then 'comparison before'
            when begun.first_completed_date <= observations.observed_date then 'comparison after'
        end as cell
    from observations
    left join completers
        on observations.person_key = completers.person_key and observations.activity_key = completers.activity_key
    left join begun on observations.activity_key = begun.activity_key
    where observations.person_key <> {{ unknown_person() }} and observations.activity_key <> {{ unknown_key() }}
),

scales as (
    select activity_key, avg(rating) as mean_before, stddev_samp(rating) as deviation_before
    from dated
    where cell in ('trained before', 'comparison before')
    group by activity_key
),

final as (
    select
        dated.observation_key,
        dated.tool,
        dated.person_key,
        dated.activity_key,
        dated.observation_type,
        dated.observed_date,
        dated.is_standard_met,
        dated.assist_level,
        dated.days_after,
        case when scales.deviation_before > 0 then dated.cell end as comparison_cell,
        round((dated.rating - scales.mean_before) / nullif(scales.deviation_before, 0), 6) as rating_in_deviations
    from dated
    left join scales on dated.activity_key = scales.activity_key
)

select * from final
