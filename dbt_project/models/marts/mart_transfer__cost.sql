{#- What it cost that somebody took part, and that somebody was seen using it. A cost export that is late makes both
    look cheap, so the last day that costs are told of stands beside them. -#}

with

spent as (
    select
        activity_key,
        currency,
        sum(case when cost_type = 'direct' then amount else 0 end) as direct_cost,
        sum(case when cost_type = 'opportunity' then amount else 0 end) as opportunity_cost,
        max(period_end) as costs_told_until
    from {{ ref('fct_learning_cost') }}
    where activity_key <> {{ unknown_key() }}
    group by activity_key, currency
),

learned as (
    select
        activity_key,
        count(case when is_completed then 1 end) as completers,
        count(case
            when is_completed and is_competent and is_in_role and has_opportunity and is_observed_applying then 1
        end) as transferred,
        max(completed_date) as last_completed_date
    from {{ ref('int_transfer_followed') }}
    group by activity_key
),

final as (
    select
        {{ key_of(['spent.activity_key', 'spent.currency']) }} as cost_key,
        spent.activity_key,
        spent.currency,
        spent.direct_cost,
        spent.opportunity_cost,
        spent.costs_told_until,
        coalesce(spent.costs_told_until > learned.last_completed_date, false) as is_cost_complete,
        cast(case when learned.completers >= 5 then learned.completers end as bigint) as completers,
        case
            when learned.completers >= 5
                then round((spent.direct_cost + spent.opportunity_cost) / learned.completers, 2)
        end as cost_per_learner,
        cast(case when learned.transferred >= 5 then learned.transferred end as bigint) as transferred,
        case
            when learned.transferred >= 5
                then round((spent.direct_cost + spent.opportunity_cost) / learned.transferred, 2)
        end as cost_per_transferred_learner
    from spent
    inner join learned on spent.activity_key = learned.activity_key
)

select * from final
