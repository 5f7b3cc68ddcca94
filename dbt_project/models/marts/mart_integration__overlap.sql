with

taught as (
    select * from {{ ref('int_offering_taught') }}
),

active as (
    select quarter_start_date, source_tool, activity_key, count(*) as learners
    from taught
    group by quarter_start_date, source_tool, activity_key
),

sizes as (
    select quarter_start_date, source_tool, count(*) as activities
    from active
    group by quarter_start_date, source_tool
),

shared as (
    select
        one.quarter_start_date,
        one.source_tool as tool_a,
        other.source_tool as tool_b,
        count(*) as activities,
        sum(one.learners) as learners_a,
        sum(other.learners) as learners_b
    from active as one
    inner join active as other
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
