{#- Who was where when a programme began, and since when each of them is trained. Nothing of how work went stands here:
    outcomes and learning meet where effects are estimated, and only team by team. -#}

with

completions as (
    select
        tied.initiative_id,
        milestones.person_key,
        min(milestones.occurred_date) as first_exposed_date
    from {{ ref('int_enrolment_numbered') }} as milestones
    inner join {{ ref('int_initiative_activity') }} as tied on milestones.activity_key = tied.activity_key
    where milestones.milestone in ('completed', 'passed') and milestones.person_key <> {{ unknown_person() }}
    group by tied.initiative_id, milestones.person_key
),

planned as (
    select initiative_id, min(planned_start_date) as first_start
    from {{ ref('int_pilot_planned') }}
    group by initiative_id
),

-- The roster is that of the day on which the programme began anywhere: who moves keeps the team of that day.
programmes as (
    select
        tied.initiative_id,
        coalesce(max(planned.first_start), min(completions.first_exposed_date)) as baseline_date
    from {{ ref('int_initiative_activity') }} as tied
    left join planned on tied.initiative_id = planned.initiative_id
    left join completions on tied.initiative_id = completions.initiative_id
    group by tied.initiative_id
),

rosters as (
    select programmes.initiative_id, history.person_key, history.org_unit_key
    from programmes
    inner join {{ ref('int_person_history') }} as history
        on {{ holds_on('history', 'programmes.baseline_date') }}
    where
        history.employment_status not in ('left', 'not_in_hr')
        and history.org_unit_key <> {{ unknown_key() }}
),

departures as (
    select programmes.initiative_id, history.person_key, min(history.valid_from) as left_date
    from programmes
    inner join {{ ref('int_person_history') }} as history on programmes.baseline_date < history.valid_from
    where history.employment_status = 'left'
    group by programmes.initiative_id, history.person_key
),

final as (
    select
        coalesce(rosters.initiative_id, completions.initiative_id) as initiative_id,
        coalesce(rosters.person_key, completions.person_key) as person_key,
        coalesce(rosters.org_unit_key, {{ unknown_key() }}) as roster_org_unit_key,
        programmes.baseline_date,
        completions.first_exposed_date,
        departures.left_date
    from rosters
    full outer join completions
        on rosters.initiative_id = completions.initiative_id and rosters.person_key = completions.person_key
    inner join programmes
        on coalesce(rosters.initiative_id, completions.initiative_id) = programmes.initiative_id
    left join departures
        on rosters.initiative_id = departures.initiative_id and rosters.person_key = departures.person_key
)

select * from final
