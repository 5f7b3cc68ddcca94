-- What is solved twice? Courses that more than one tool offers, and how many learn where
with learners as (
    select activity_key, tool, count(distinct person_key) as learners
    from marts.fct_learning_event
    where person_key <> -1
    group by activity_key, tool
)

select
    activity.title as course,
    string_agg(learners.tool || ' ' || learners.learners, ', ' order by learners.tool) as learners_by_tool,
    sum(learners.learners)::bigint as learners
from marts.dim_learning_activity as activity
inner join learners on learners.activity_key = activity.activity_key
where activity.tool_count > 1
group by activity.title
order by learners desc
limit 5;
