{#- Stretches of days on which a person holds the same jobs. Who has several at once belongs to several units, by the
    share of the contract that each job has; where HR tells no share, a job counts as a full one. -#}
{%- set job = 'person_key, org_unit_key, manager_key, position_id, fte, is_primary, weight_share' %}

with

employed as (
    select * from {{ ref('int_person_history') }} where employment_status not in ('left', 'not_in_hr')
),

assignments as (
    select * from {{ ref('int_job_assignment_held') }}
),

bounds as (
    select person_key, valid_from as since from employed
    union
    select person_key, valid_to as since from employed
    union
    select person_key, valid_from as since from assignments
    union
    select person_key, valid_to as since from assignments
),

stretches as (
    select person_key, since, lead(since) over (partition by person_key order by since) as until from bounds
),

held as (
    select
        stretches.person_key,
        stretches.since,
        stretches.until,
        case
            when jobs.org_unit_id is not null then {{ org_unit_key('jobs.org_unit_id') }}
            else employed.org_unit_key
        end as org_unit_key,
        coalesce(jobs.position_id, employed.position_id) as position_id,
        coalesce(jobs.manager_key, employed.manager_key) as manager_key,
        -- Where HR tells no share of an only job, it is the whole contract.
        case
            when count(*) over (partition by stretches.person_key, stretches.since) = 1
                then coalesce(jobs.fte, employed.fte)
            else jobs.fte
        end as fte,
        row_number() over (
            partition by stretches.person_key, stretches.since
            order by jobs.is_primary desc, jobs.fte desc, jobs.assignment_key
        ) = 1 as is_primary
    from stretches
    inner join employed
        on
            stretches.person_key = employed.person_key
            and stretches.since >= employed.valid_from
            and stretches.since < employed.valid_to
    left join assignments as jobs
        on
            stretches.person_key = jobs.person_key
            and stretches.since >= jobs.valid_from
            and stretches.since < jobs.valid_to
    where stretches.until is not null
),

-- Two jobs in one unit, at one position and under one manager are one membership.
joined as (
    select
        person_key,
        since,
        until,
        org_unit_key,
        position_id,
        manager_key,
        sum(fte) as fte,
        max(case when is_primary then 1 else 0 end) = 1 as is_primary,
        sum(coalesce(fte, 1)) as contract,
        count(*) as jobs
    from held
    group by person_key, since, until, org_unit_key, position_id, manager_key
),

weighed as (
    select
        *,
        -- Rounded, since what follows compares it from stretch to stretch.
        round(
            case
                when sum(contract) over (partition by person_key, since) > 0
                    then contract / sum(contract) over (partition by person_key, since)
                else cast(jobs as double) / sum(jobs) over (partition by person_key, since)
            end, 9
        ) as weight_share
    from joined
),

compared as (
    select
        *,
        case
            when since = lag(until) over (partition by {{ job }} order by since) then 0 else 1
        end as is_island_start
    from weighed
),

numbered as (
    select
        *,
        sum(is_island_start) over (
            partition by {{ job }} order by since rows between unbounded preceding and current row
        ) as island_number
    from compared
),

islands as (
    select
        {{ job }},
        min(since) as valid_from,
        max(until) as valid_to
    from numbered
    group by {{ job }}, island_number
),

final as (
    select
        {{ key_of(['person_key', 'org_unit_key', 'position_id', 'manager_key', 'valid_from']) }} as team_member_sk,
        org_unit_key,
        person_key,
        manager_key,
        position_id,
        is_primary,
        fte,
        weight_share,
        valid_from,
        valid_to,
        {{ as_of() }} >= valid_from and {{ as_of() }} < valid_to as is_current
    from islands
)

select * from final
