with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

described as (
    select
        links.person_key,
        people.tool,
        coalesce(people.series, '') as series,
        people.unit,
        people.source_line,
        people.extracted_at,
        people.effective_date,
        people.is_deleted,
        people.is_complete_snapshot,
        people.employment_status,
        people.employment_type,
        people.job_title,
        people.org_unit_id,
        people.position_id,
        case
            when people.manager_token is not null then coalesce(managers.person_key, {{ unknown_person() }})
        end as manager_key,
        people.fte,
        people.site,
        people.country,
        people.hired_date,
        people.left_date
    from {{ ref('stg_people') }} as people
    inner join links
        on people.person_token = links.token and {{ holds_on('links', 'people.effective_date') }}
    left join links as managers
        on people.manager_token = managers.token and {{ holds_on('managers', 'people.effective_date') }}
    where links.person_key <> {{ unknown_person() }}
),

{{ history_changes('described', 'person_key') }},

-- A last day of employment that was announced takes effect by itself, unless a later description came first.
dated_changes as (
    select
        changes.*,
        described.left_date,
        lead(changes.changed_date) over (
            partition by changes.person_key order by changes.changed_date
        ) as next_changed_date
    from changes
    inner join described
        on
            changes.person_key = described.person_key
            and changes.tool = described.tool
            and changes.unit = described.unit
            and changes.source_line = described.source_line
),

all_changes as (
    select
        person_key,
        tool,
        unit,
        source_line,
        changed_date,
        is_gone or coalesce(left_date < changed_date, false) as is_gone
    from dated_changes
    union all
    select
        person_key,
        tool,
        unit,
        source_line,
        {{ day_after('left_date') }} as changed_date,
        true as is_gone
    from dated_changes
    where
        not is_gone
        and left_date >= changed_date
        and (next_changed_date is null or {{ day_after('left_date') }} < next_changed_date)
),

neighbours as (
    select *, lag(is_gone) over (partition by person_key order by changed_date) as was_gone
    from all_changes
),

-- Who has left can't leave again: the first word about it stands.
standing_changes as (
    select * from neighbours where not (is_gone and coalesce(was_gone, false))
),

final as (
    select
        changes.person_key,
        changes.changed_date as valid_from,
        coalesce(
            lead(changes.changed_date) over (partition by changes.person_key order by changes.changed_date),
            {{ end_of_time() }}
        ) as valid_to,
        case
            when changes.is_gone then 'left' else coalesce(described.employment_status, 'active')
        end as employment_status,
        described.employment_type,
        described.job_title,
        described.org_unit_id,
        described.position_id,
        described.manager_key,
        described.fte,
        described.site,
        described.country,
        described.hired_date,
        case
            when changes.is_gone then coalesce(described.left_date, {{ day_before('changes.changed_date') }})
            else described.left_date
        end as left_date
    from standing_changes as changes
    inner join described
        on
            changes.person_key = described.person_key
            and changes.tool = described.tool
            and changes.unit = described.unit
            and changes.source_line = described.source_line
)

select * from final
