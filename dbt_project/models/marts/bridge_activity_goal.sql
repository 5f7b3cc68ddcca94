{#- From an activity by its initiatives to their goals: the activity's share of an initiative is by the weight that the
    initiative gives it, the initiative's share of a goal by the weight that the goal gives it. What of it serves no
    goal is the goal '-1', so the shares of an activity add up to 1 on every day that it has an initiative. -#}

with

carried as (
    select activity_key, initiative_id, valid_from, valid_to, weight_share
    from {{ ref('bridge_initiative_activity') }}
    where activity_key <> {{ unknown_key() }}
),

served as (
    select initiative_id, goal_id, valid_from, valid_to, weight_share from {{ ref('bridge_goal_initiative') }}
),

bounds as (
    select activity_key, valid_from as since from carried
    union
    select activity_key, valid_to as since from carried
    union
    select carried.activity_key, served.valid_from as since
    from carried inner join served on carried.initiative_id = served.initiative_id
    union
    select carried.activity_key, served.valid_to as since
    from carried inner join served on carried.initiative_id = served.initiative_id
),

stretches as (
    select activity_key, since, lead(since) over (partition by activity_key order by since) as until from bounds
),

by_initiative as (
    select
        stretches.activity_key,
        stretches.since,
        stretches.until,
        carried.initiative_id,
        carried.weight_share
        / sum(carried.weight_share) over (partition by stretches.activity_key, stretches.since) as initiative_share
    from stretches
    inner join carried
        on
            stretches.activity_key = carried.activity_key
            and stretches.since >= carried.valid_from
            and stretches.since < carried.valid_to
    where stretches.until is not null
),

by_goal as (
    select
        by_initiative.activity_key,
        by_initiative.since,
        by_initiative.until,
        coalesce(served.goal_id, {{ unknown_key() }}) as goal_id,
        by_initiative.initiative_share * coalesce(
            served.weight_share / sum(served.weight_share) over (
                partition by by_initiative.activity_key, by_initiative.since, by_initiative.initiative_id
            ),
            1
        ) as weight_share
    from by_initiative
    left join served
        on
            by_initiative.initiative_id = served.initiative_id
            and by_initiative.since >= served.valid_from
            and by_initiative.since < served.valid_to
),

final as (
    select
        activity_key,
        goal_id,
        since as valid_from,
        until as valid_to,
        {{ as_of() }} >= since and {{ as_of() }} < until as is_current,
        round(sum(weight_share), 9) as weight_share
    from by_goal
    group by activity_key, goal_id, since, until
)

select * from final
