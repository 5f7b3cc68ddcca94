{%- set attributes = [
    'person_key', 'is_numbered', 'org_unit_id', 'position_id', 'job_title', 'manager_key', 'fte', 'is_primary',
    'started_date', 'ended_date'
] -%}
{#- A job without a number is known by its unit and its position, of which one may be empty. -#}
{%- set job = [
    'links.person_key', 'jobs.assignment_id', 'case when jobs.assignment_id is null then jobs.org_unit_id end',
    'case when jobs.assignment_id is null then jobs.position_id end'
] -%}

with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

described as (
    select
        {{ key_of(job) }} as assignment_key,
        links.person_key,
        jobs.tool,
        coalesce(jobs.series, '') as series,
        jobs.unit,
        jobs.source_line,
        jobs.extracted_at,
        jobs.effective_date,
        jobs.is_deleted,
        jobs.is_complete_snapshot,
        jobs.org_unit_id,
        jobs.position_id,
        jobs.job_title,
        case
            when jobs.manager_token is not null then coalesce(managers.person_key, {{ unknown_person() }})
        end as manager_key,
        jobs.fte,
        jobs.is_primary,
        jobs.assignment_id is not null as is_numbered,
        jobs.started_date,
        jobs.ended_date
    from {{ ref('stg_job_assignments') }} as jobs
    inner join links
        on jobs.person_token = links.token and {{ holds_on('links', 'jobs.effective_date') }}
    left join links as managers
        on jobs.manager_token = managers.token and {{ holds_on('managers', 'jobs.effective_date') }}
    where links.person_key <> {{ unknown_person() }}
),

{{ history_changes(
    'described', 'assignment_key', 'job_assignments', attributes, made_of={'manager_key': 'manager_token'},
    ending={'ended_date': '>= changed_date'}
) }},

intervals as (
    select
        *,
        row_number() over (partition by assignment_key order by changed_date) as change_number,
        coalesce(
            lead(changed_date) over (partition by assignment_key order by changed_date), {{ end_of_time() }}
        ) as next_changed_date
    from changes
),

-- The first description also speaks for the time since the assignment started; no description for after its end.
clipped as (
    select
        *,
        greatest(changed_date, coalesce(started_date, changed_date)) as told_from,
        case
            when change_number = 1 then coalesce(started_date, changed_date)
            else greatest(changed_date, coalesce(started_date, changed_date))
        end as valid_from,
        least(next_changed_date, coalesce({{ day_after('ended_date') }}, {{ end_of_time() }})) as valid_to
    from intervals
    where not is_gone
),

final as (
    select
        assignment_key,
        person_key,
        tool,
        told_from,
        valid_from,
        valid_to,
        org_unit_id,
        position_id,
        job_title,
        manager_key,
        fte,
        is_primary,
        is_numbered
    from clipped
    where valid_from < valid_to
)

select * from final
