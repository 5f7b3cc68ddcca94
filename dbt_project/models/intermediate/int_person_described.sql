{%- set attributes = [
    'employment_status', 'employment_type', 'job_title', 'org_unit_id', 'position_id', 'manager_key', 'fte', 'site',
    'country', 'hired_date', 'left_date'
] -%}

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

-- Whom a file tells of that says nothing of leaving is there, whatever was told of an end that has come.
{{ history_changes(
    'described', 'person_key', 'people', attributes, made_of={'manager_key': 'manager_token'},
    ending={'employment_status': "<> 'left'", 'left_date': '>= changed_date'}
) }},

-- A last day of employment that was announced takes effect by itself, unless a later description came first. One
-- before the hiring date ended an employment before this one: many systems leave it there when somebody comes back.
dated_changes as (
    select
        person_key,
        changed_date as described_date,
        changed_date,
        is_gone,
        case when hired_date > left_date then null else left_date end as left_date,
        lead(changed_date) over (partition by person_key order by changed_date) as next_changed_date
    from changes
),

all_changes as (
    select
        person_key,
        described_date,
        changed_date,
        is_gone or coalesce(left_date < changed_date, false) as is_gone
    from dated_changes
    union all
    select
        person_key,
        described_date,
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
        standing.person_key,
        standing.changed_date as valid_from,
        coalesce(
            lead(standing.changed_date) over (partition by standing.person_key order by standing.changed_date),
            {{ end_of_time() }}
        ) as valid_to,
        case
            when standing.is_gone then 'left' else coalesce(described.employment_status, 'active')
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
            when standing.is_gone then coalesce(described.left_date, {{ day_before('standing.changed_date') }})
            else described.left_date
        end as left_date
    from standing_changes as standing
    inner join changes as described
        on standing.person_key = described.person_key and standing.described_date = described.changed_date
)

select * from final
