with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

described as (
    select
        {{ key_of(['links.person_key', "coalesce(jobs.assignment_id, jobs.org_unit_id || '|' || jobs.position_id)"]) }}
            as assignment_key,
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

{{ history_changes('described', 'assignment_key') }},

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
        described.*,
        greatest(intervals.changed_date, coalesce(described.started_date, intervals.changed_date)) as told_from,
        case
            when intervals.change_number = 1 then coalesce(described.started_date, intervals.changed_date)
            else greatest(intervals.changed_date, coalesce(described.started_date, intervals.changed_date))
        end as valid_from,
        least(
            intervals.next_changed_date, coalesce({{ day_after('described.ended_date') }}, {{ end_of_time() }})
        ) as valid_to
    from intervals
    inner join described
        on
            intervals.assignment_key = described.assignment_key
            and intervals.tool = described.tool
            and intervals.unit = described.unit
            and intervals.source_line = described.source_line
    where not intervals.is_gone
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
