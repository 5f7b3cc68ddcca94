with

exposures as (
    select * from {{ ref('int_training_exposure') }}
),

months as (
    select
        month_start_date as month_start,
        min(date_day) as first_day,
        {{ day_after('max(date_day)') }} as end_day,
        cast(count(*) as double) as days
    from {{ ref('dim_date') }}
    where date_day <= {{ as_of() }}
    group by month_start_date
),

-- From the month before the programme began, or before anybody was trained, to today.
programmes as (
    select
        initiative_id,
        least(
            cast({{ dbt.date_trunc('month', 'min(baseline_date)') }} as date),
            coalesce(cast({{ dbt.date_trunc('month', 'min(first_exposed_date)') }} as date), {{ end_of_time() }})
        ) as first_month
    from exposures
    group by initiative_id
),

rosters as (
    select initiative_id, roster_org_unit_key as org_unit_key, count(*) as roster_persons
    from exposures
    where roster_org_unit_key <> {{ unknown_key() }}
    group by initiative_id, roster_org_unit_key
),

team_months as (
    select
        rosters.initiative_id,
        rosters.org_unit_key,
        rosters.roster_persons,
        months.month_start,
        months.end_day,
        months.days
    from rosters
    inner join programmes on rosters.initiative_id = programmes.initiative_id
    inner join months on programmes.first_month <= months.month_start
),

-- Persons of the roster who were trained, or had left, by the end of the month.
reached as (
    select
        team_months.initiative_id,
        team_months.org_unit_key,
        team_months.month_start,
        count(case when exposures.first_exposed_date < team_months.end_day then 1 end) as roster_exposed,
        count(case when exposures.left_date < team_months.end_day then 1 end) as roster_left
    from team_months
    inner join exposures
        on
            team_months.initiative_id = exposures.initiative_id
            and team_months.org_unit_key = exposures.roster_org_unit_key
    group by team_months.initiative_id, team_months.org_unit_key, team_months.month_start
),

-- Who works in the team now and was trained before, wherever that was: the part of the month for which it held.
present as (
    select
        exposures.initiative_id,
        history.org_unit_key,
        months.month_start,
        sum(cast({{ dbt.datediff(
            'greatest(months.first_day, history.valid_from, exposures.first_exposed_date)',
            'least(months.end_day, history.valid_to)',
            'day'
        ) }} as double)) / max(months.days) as exposed_headcount
    from exposures
    inner join {{ ref('int_person_history') }} as history
        on exposures.person_key = history.person_key and exposures.first_exposed_date < history.valid_to
    inner join months
        on
            history.valid_from < months.end_day
            and history.valid_to > months.first_day
            and exposures.first_exposed_date < months.end_day
    where
        exposures.first_exposed_date is not null
        and history.employment_status not in ('left', 'not_in_hr')
    group by exposures.initiative_id, history.org_unit_key, months.month_start
),

planned as (
    select initiative_id, org_unit_key, min(planned_start_date) as planned_start_date
    from {{ ref('int_pilot_planned') }}
    group by initiative_id, org_unit_key
),

shared as (
    select
        team_months.initiative_id,
        team_months.org_unit_key,
        team_months.month_start,
        team_months.roster_persons,
        reached.roster_exposed,
        reached.roster_left,
        cast(reached.roster_exposed as double) / team_months.roster_persons as dose_share,
        coalesce(headcounts.average_headcount, 0) as average_headcount,
        coalesce(present.exposed_headcount, 0) as exposed_headcount,
        planned.planned_start_date
    from team_months
    inner join reached
        on
            team_months.initiative_id = reached.initiative_id
            and team_months.org_unit_key = reached.org_unit_key
            and team_months.month_start = reached.month_start
    left join {{ ref('fct_headcount_monthly') }} as headcounts
        on team_months.org_unit_key = headcounts.org_unit_key and team_months.month_start = headcounts.month_start
    left join present
        on
            team_months.initiative_id = present.initiative_id
            and team_months.org_unit_key = present.org_unit_key
            and team_months.month_start = present.month_start
    left join planned
        on team_months.initiative_id = planned.initiative_id and team_months.org_unit_key = planned.org_unit_key
),

final as (
    select
        {{ key_of(['initiative_id', 'org_unit_key', 'month_start']) }} as training_exposure_key,
        initiative_id,
        org_unit_key,
        month_start,
        cast(roster_persons as bigint) as roster_persons,
        cast(roster_exposed as bigint) as roster_exposed,
        cast(roster_left as bigint) as roster_left,
        dose_share,
        average_headcount,
        exposed_headcount,
        planned_start_date,
        min(case when dose_share >= 0.5 then month_start end) over (
            partition by initiative_id, org_unit_key
        ) as first_exposed_month
    from shared
)

select * from final
