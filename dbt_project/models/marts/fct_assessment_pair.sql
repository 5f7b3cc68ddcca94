{#- The two scores that a gain or a retention compares, of one person and activity: the last one before, and the first
    one after it. A later result that finds none before it stays, alone. -#}

with

results as (
    select
        *,
        -- Who or what is unknown has no pair, and least of all another unknown.
        case
            when
                person_key <> {{ unknown_person() }}
                and activity_key <> {{ unknown_key() }}
                and score_scaled is not null
                then person_key
        end as paired_person_key
    from {{ ref('fct_assessment_result') }}
    where occasion in ('pre', 'post', 'delayed')
),

pair_kinds as (
    select 'gain' as pair_kind, 'pre' as earlier_occasion, 'post' as later_occasion, 0 as least_days
    union all
    select 'retention' as pair_kind, 'post' as earlier_occasion, 'delayed' as later_occasion, 7 as least_days
),

later_results as (
    select results.*, pair_kinds.pair_kind, pair_kinds.earlier_occasion, pair_kinds.least_days
    from results
    inner join pair_kinds on results.occasion = pair_kinds.later_occasion
),

candidates as (
    select
        later_results.*,
        results.assessment_key as earlier_key,
        results.occurred_date as earlier_date,
        results.score_scaled as earlier_score,
        row_number() over (
            partition by later_results.assessment_key order by results.occurred_at desc, results.assessment_key
        ) as recency
    from later_results
    left join results
        on
            later_results.paired_person_key = results.paired_person_key
            and later_results.activity_key = results.activity_key
            and later_results.earlier_occasion = results.occasion
            and later_results.occurred_at > results.occurred_at
            and {{ dbt.datediff('results.occurred_date', 'later_results.occurred_date', 'day') }}
            >= later_results.least_days
),

latest as (
    select
        *,
        row_number() over (
            partition by pair_kind, coalesce(earlier_key, assessment_key) order by occurred_at, assessment_key
        ) as later_number
    from candidates
    where recency = 1
),

final as (
    select
        assessment_key as pair_key,
        pair_kind,
        tool,
        person_key,
        activity_key,
        occurred_date as later_date,
        earlier_score,
        score_scaled as later_score,
        cast({{ dbt.datediff('earlier_date', 'occurred_date', 'day') }} as bigint) as days_between,
        case
            when earlier_key is null then 'no earlier result'
            when pair_kind = 'gain' and earlier_score >= 1 then 'nothing to gain'
            when pair_kind = 'retention' and least(earlier_score, score_scaled) < 0 then 'score below zero'
        end as reason_unused
    from latest
    where later_number = 1
)

select * from final
