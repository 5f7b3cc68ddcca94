with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

-- Lists of everybody as of a day. Rows without days of their own are of that day; who is hired for later has one.
lists as (
    select
        tool,
        coalesce(series, '') as series,
        unit,
        case
            when min(effective_date) = max(effective_date) then max(effective_date)
            else cast(max(extracted_at) as date)
        end as list_date
    from {{ ref('stg_people') }}
    where is_complete_snapshot
    group by tool, coalesce(series, ''), unit
),

list_days as (
    select tool, series, list_date, lag(list_date) over (partition by tool, series order by list_date) as previous_date
    from (select distinct tool, series, list_date from lists) as days
),

listed as (
    select links.person_key, list_days.list_date, max(list_days.previous_date) as previous_date
    from {{ ref('stg_people') }} as people
    inner join lists
        on people.tool = lists.tool and people.unit = lists.unit and people.effective_date = lists.list_date
    inner join list_days
        on
            lists.tool = list_days.tool
            and lists.series = list_days.series
            and lists.list_date = list_days.list_date
    inner join links on people.person_token = links.token and {{ holds_on('links', 'people.effective_date') }}
    where links.person_key <> {{ unknown_person() }} and not people.is_deleted
    group by links.person_key, list_days.list_date
),

described as (
    select
        *,
        coalesce(sum(case when employment_status = 'left' then 1 else 0 end) over (
            partition by person_key order by valid_from rows between unbounded preceding and 1 preceding
        ), 0) as stay_number,
        lag(valid_from) over (partition by person_key order by valid_from) as previous_from
    from {{ ref('int_person_described') }}
),

-- A stay: from the first description on, or the first after somebody left, to the word that they left. Who wasn't in
-- the list before came between the two, and a hiring date between them tells the day; an older one is no news: a move
-- from another list keeps it.
begun as (
    select
        described.*,
        min(described.valid_from) over (partition by described.person_key, described.stay_number) as told_from,
        case
            when
                described.employment_status <> 'left'
                and described.hired_date > listed.previous_date
                and described.hired_date < described.valid_from
                and (described.previous_from is null or described.hired_date > described.previous_from)
                then described.hired_date
            else described.valid_from
        end as begun_from
    from described
    left join listed
        on described.person_key = listed.person_key and described.valid_from = listed.list_date
),

-- The word that somebody left often comes after the last day, and the last word of it counts.
stays as (
    select
        *,
        case when valid_from = told_from then begun_from else valid_from end as since_date,
        min(begun_from) over (partition by person_key, stay_number) as stay_from,
        min(
            case
                when employment_status = 'left' and coalesce(hired_date <= left_date, true)
                    then {{ day_after('left_date') }}
            end
        ) over (partition by person_key, stay_number) as ended_from
    from begun
),

dated as (
    select
        *,
        case
            when employment_status = 'left' and ended_from < valid_from then greatest(ended_from, stay_from)
            else since_date
        end as holds_from
    from stays
),

final as (
    select
        person_key,
        holds_from as valid_from,
        coalesce(
            lead(holds_from) over (partition by person_key order by holds_from), {{ end_of_time() }}
        ) as valid_to,
        employment_status,
        employment_type,
        job_title,
        org_unit_id,
        position_id,
        manager_key,
        fte,
        site,
        country,
        hired_date,
        left_date
    from dated
    where employment_status = 'left' or holds_from < coalesce(ended_from, {{ end_of_time() }})
)

select * from final
