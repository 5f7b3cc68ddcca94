{#
    The rows that hold on one day share the whole of what `entity` names, whichever day it is: weights are summed on
    each day on which one of them begins or ends.
#}
{% test weights_sum_to_one(model, entity, weight='weight_share') %}
with changes as (
    select {{ entity }} as entity, valid_from as since, {{ weight }} as change_of_weight, 1 as change_of_rows
    from {{ model }}
    union all
    select {{ entity }} as entity, valid_to as since, -{{ weight }} as change_of_weight, -1 as change_of_rows
    from {{ model }}
),

daily as (
    select
        entity,
        since,
        sum(change_of_weight) as change_of_weight,
        sum(change_of_rows) as change_of_rows
    from changes
    group by entity, since
),

running as (
    select
        entity,
        since,
        sum(change_of_weight) over (
            partition by entity order by since rows between unbounded preceding and current row
        ) as weight,
        sum(change_of_rows) over (
            partition by entity order by since rows between unbounded preceding and current row
        ) as row_count
    from daily
)

select * from running where abs(weight - case when row_count > 0 then 1 else 0 end) > 1e-6
{% endtest %}
