-- What was learned? Scores after training by department, as it was on the day of the test (at least five persons)
select
    coalesce(department.org_unit_name, team.org_unit_name) as department,
    count(distinct result.person_key) as persons,
    count(*) as results,
    round(median(result.score_scaled), 2) as median_score,
    round(avg(case when result.is_passed then 1.0 when not result.is_passed then 0.0 end), 2) as passed_share
from marts.fct_assessment_result as result
inner join marts.dim_org_unit as team
    on team.org_unit_key = result.org_unit_key and team.is_current
left join marts.dim_org_unit as department
    on department.org_unit_key = team.parent_org_unit_key and department.is_current
where
    result.score_scaled is not null and result.person_key <> -1 and result.org_unit_key <> '-1'
    and coalesce(result.occasion, '') <> 'pre'
group by all
having count(distinct result.person_key) >= 5
order by persons desc, department
limit 6;
