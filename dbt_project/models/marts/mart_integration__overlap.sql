{#- Most of what is learned, one source teaches: learners are told apart only in what several do. -#}

with

active as (
    select distinct quarter_start_date, source_tool, activity_key from {{ ref('int_offering_taught') }}
),

sizes as (
    select quarter_start_date, source_tool, count(*) as activities
    from active
    group by quarter_start_date, source_tool
),

taught_by_several as (
    select quarter_start_date, activity_key
    from active
    group by quarter_start_date, activity_key
    having count(*) > 1
),

taught as (
    select distinct learned.quarter_start_date, learned.source_tool, learned.activity_key, learned.learner
    from {{ ref('int_offering_taught') }} as learned
    inner join taught_by_several
        on
            learned.quarter_start_date = taught_by_several.quarter_start_date
            and learned.activity_key = taught_by_several.activity_key
),

audiences as (
    select quarter_start_date, source_tool, activity_key, count(*) as learners
    from taught
    group by quarter_start_date, source_tool, activity_key
),

shared as (
    select
        one.quarter_start_date,
        one.source_tool as tool_a,
        other.source_tool as tool_b,
        count(*) as activities,
        sum(one.learners) as learners_a,
        sum(other.learners) as learners_b
    from audiences as one
    inner join audiences as other
        on
            one.quarter_start_date = other.quarter_start_date
            and one.activity_key = other.activity_key
            and one.source_tool < other.source_tool
    group by one.quarter_start_date, one.source_tool, other.source_tool
),

twice as (
    select one.quarter_start_date, one.source_tool as tool_a, other.source_tool as tool_b, count(*) as learners
    from taught as one
    inner join taught as other
        on
            one.quarter_start_date = other.quarter_start_date
            and one.activity_key = other.activity_key
            and one.learner = other.learner
            and one.source_tool < other.source_tool
    group by one.quarter_start_date, one.source_tool, other.source_tool
),

final as (
    select
        {{ key_of(['one.quarter_start_date', 'one.source_tool', 'other.source_tool']) }} as overlap_key,
        one.quarter_start_date,
        one.source_tool as tool_a,
        other.source_tool as tool_b,
        cast(one.activities as bigint) as activities_a,
        cast(other.activities as bigint) as activities_b,
        cast(coalesce(shared.activities, 0) as bigint) as activities_in_both,
        cast(one.activities + other.activities - coalesce(shared.activities, 0) as bigint) as activities_in_either,
        cast(coalesce(shared.learners_a, 0) as bigint) as shared_learners_a,
        cast(coalesce(shared.learners_b, 0) as bigint) as shared_learners_b,
        cast(coalesce(twice.learners, 0) as bigint) as learners_twice
    from sizes as one
    inner join sizes as other
        on one.quarter_start_date = other.quarter_start_date and one.source_tool < other.source_tool
    left join shared
        on
            one.quarter_start_date = shared.quarter_start_date
            and one.source_tool = shared.tool_a
            and other.source_tool = shared.tool_b
    left join twice
        on
            one.quarter_start_date = twice.quarter_start_date
            and one.source_tool = twice.tool_a
            and other.source_tool = twice.tool_b
)

select * from final
