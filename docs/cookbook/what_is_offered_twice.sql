-- What is solved twice? Courses that are offered more than once, and how many learn where
with offered as (
    -- Two stores that hold the same activity under the same id are one offering, told twice.
    select activity_key
    from marts.bridge_activity_tool
    group by activity_key
    having count(distinct activity_id) > 1 and count(distinct tool) > 1
),

learners as (
    select activity_key, tool, count(distinct person_key) as learners
    from marts.fct_enrolment
    where person_key <> -1 and started_at is not null
    group by activity_key, tool
)

select
    activity.title as course,
    activity.catalogue_code as code,
    string_agg(learners.tool || ' ' || learners.learners, ', ' order by learners.tool) as learners_by_tool,
    sum(learners.learners)::bigint as learners
from marts.dim_learning_activity as activity
inner join offered on offered.activity_key = activity.activity_key
inner join learners on learners.activity_key = activity.activity_key
where activity.is_current and activity.is_enrollable
group by activity.activity_key, activity.title, activity.catalogue_code
having count(*) > 1
order by learners desc
limit 8;
