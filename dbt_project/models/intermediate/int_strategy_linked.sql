{#- Links of the workbook as shares of what they start from: whatever weights were written, those that hold on one day
    share the whole. A link without a weight counts as much as the mean of those with one. A change of one link opens
    new stretches for all links that share with it. -#}
{%- set origin = 'from_type, from_id, to_type' %}

with

told as (
    select
        from_type,
        from_id,
        to_type,
        to_id,
        weight,
        coalesce(valid_from, {{ beginning_of_time() }}) as valid_from,
        coalesce(valid_to, {{ end_of_time() }}) as valid_to
    from (select *, {{ recency_of_record() }} as recency from {{ ref('stg_strategy_links') }}) as links
    where recency = 1
),

bounds as (
    select {{ origin }}, valid_from as since from told
    union
    select {{ origin }}, valid_to as since from told
),

stretches as (
    select *, lead(since) over (partition by {{ origin }} order by since) as until from bounds
),

held as (
    select
        stretches.from_type,
        stretches.from_id,
        stretches.to_type,
        stretches.since,
        stretches.until,
        told.to_id,
        max(told.weight) as weight
    from stretches
    inner join told
        on
            stretches.from_type = told.from_type
            and stretches.from_id = told.from_id
            and stretches.to_type = told.to_type
            and stretches.since >= told.valid_from
            and stretches.since < told.valid_to
    where stretches.until is not null
    group by
        stretches.from_type, stretches.from_id, stretches.to_type, stretches.since, stretches.until, told.to_id
),

weighed as (
    select *, coalesce(weight, avg(weight) over (partition by {{ origin }}, since), 1) as counted_weight from held
),

final as (
    select
        from_type,
        from_id,
        to_type,
        to_id,
        since as valid_from,
        until as valid_to,
        weight as weight_told,
        case
            when sum(counted_weight) over (partition by {{ origin }}, since) > 0
                then counted_weight / sum(counted_weight) over (partition by {{ origin }}, since)
            else 1.0 / count(*) over (partition by {{ origin }}, since)
        end as weight_share
    from weighed
)

select * from final
