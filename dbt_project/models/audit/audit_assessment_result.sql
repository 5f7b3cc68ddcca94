-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
with

tools as (
    select
        tool,
        count(*) as results,
        count(*) - count(distinct assessment_key) as duplicate_result_keys,
        count(case when person_key = {{ unknown_person() }} then 1 end) as results_without_person,
        count(coalesce(score, score_scaled)) as scores,
        count(coalesce(score_scaled, case when score_max is not null then score end)) as scores_comparable,
        count(case when score_scaled < -1 or score_scaled > 1 then 1 end) as scaled_out_of_range,
        count(case when score is not null and (score_min is not null or score_max is not null) then 1 end)
            as scores_with_range,
        count(case when score < score_min or score > score_max then 1 end) as out_of_range
    from {{ ref('fct_assessment_result') }}
    group by tool
),

scopes as (
    select '(all)' as tool
    union all
    select tool from tools
),

counted as (
    select
        scopes.tool,
        coalesce(sum(tools.results), 0) as results,
        coalesce(sum(tools.duplicate_result_keys), 0) as duplicate_result_keys,
        coalesce(sum(tools.results_without_person), 0) as results_without_person,
        coalesce(sum(tools.scores), 0) as scores,
        coalesce(sum(tools.scores_comparable), 0) as scores_comparable,
        coalesce(sum(tools.scaled_out_of_range), 0) as scaled_out_of_range,
        coalesce(sum(tools.scores_with_range), 0) as scores_with_range,
        coalesce(sum(tools.out_of_range), 0) as out_of_range
    from scopes
    left join tools on scopes.tool = '(all)' or scopes.tool = tools.tool
    group by scopes.tool
),

final as (
    select
        tool,
        cast(results as bigint) as results,
        cast(duplicate_result_keys as bigint) as duplicate_result_keys,
        cast(scores as bigint) as scores,
        cast(scores_with_range as bigint) as scores_with_range,
        cast(out_of_range as bigint) as out_of_range,
        cast(scaled_out_of_range as bigint) as scaled_out_of_range,
        cast(out_of_range as double) / nullif(scores_with_range, 0) as out_of_range_share,
        cast(scores_comparable as double) / nullif(scores, 0) as comparable_share,
        cast(results_without_person as double) / nullif(results, 0) as unknown_person_share,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
)

select * from final
