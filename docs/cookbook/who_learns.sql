-- Who learns? Learners and their share of the headcount, by month
with headcount as (
    select
        months.month_start,
        count(distinct person.person_key) as headcount
    from (select distinct date_trunc('month', date_day)::date as month_start from marts.dim_date) as months
    inner join marts.dim_person as person
        on person.valid_from <= last_day(months.month_start)
        and person.valid_to > last_day(months.month_start)
    where person.employment_status <> 'left' and person.identity_state = 'resolved'
    group by months.month_start
),

learners as (
    select period as month_start, value as learners, status
    from metrics.metric_result_latest
    where metric_id = 'learners_unique' and grain = 'organisation'
)

select
    strftime(learners.month_start, '%Y-%m') as month,
    learners.learners::bigint as learners,
    headcount.headcount,
    round(learners.learners / nullif(headcount.headcount, 0), 2) as share,
    learners.status
from learners
left join headcount on headcount.month_start = learners.month_start
order by month desc
limit 6;
