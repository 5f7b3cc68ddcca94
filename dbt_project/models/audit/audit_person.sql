-- One row, always: an aggregate without groups has a row even where there is nobody.
with

people as (
    select * from {{ ref('dim_person') }}
),

versions as (
    select
        *,
        lead(valid_from) over (partition by person_key order by valid_from, valid_to) as next_valid_from
    from people
    where person_key <> {{ unknown_person() }}
),

persons as (
    select
        person_key,
        count(*) as versions,
        count(case when next_valid_from < valid_to then 1 end) as overlapping_intervals,
        count(case when next_valid_from > valid_to then 1 end) as gaps,
        count(case when valid_to <= valid_from then 1 end) as empty_intervals,
        -- Who is hired from next month on has no current version yet.
        case
            when min(valid_from) > {{ as_of() }} then 1
            else count(case when is_current then 1 end)
        end as current_versions,
        max(case when is_current and employment_status not in ('left', 'not_in_hr') then 1 else 0 end) as employed,
        max(case
            when
                is_current and employment_status not in ('left', 'not_in_hr') and org_unit_key = {{ unknown_key() }}
                then 1
            else 0
        end) as employed_without_unit,
        count(case when left_date < hired_date then 1 end) as left_before_hired,
        count(case when manager_key = person_key then 1 end) as own_manager
    from versions
    group by person_key
),

-- What HR itself says of each person. Two answers to what has one mean that two persons were merged into one.
described as (
    select
        links.person_key,
        people.tool,
        people.series,
        people.effective_date,
        people.birth_decade,
        people.country,
        people.email_token
    from {{ ref('stg_people') }} as people
    inner join {{ ref('int_identity_link') }} as links on people.person_token = links.token
    where links.person_key <> {{ unknown_person() }} and not people.is_deleted
),

births as (
    select person_key
    from described
    group by person_key
    having count(distinct birth_decade) > 1
),

-- Within one export series only: two HR systems may spell one country in two ways.
places as (
    select
        person_key,
        tool,
        series,
        effective_date,
        count(distinct country) as countries
    from described
    group by person_key, tool, series, effective_date
),

contradictions as (
    select person_key from births
    union
    select person_key from places
    where countries > 1
),

-- The other way about: one human being under two numbers that nobody has said to be one.
addresses as (
    select email_token
    from described
    where email_token is not null
    group by email_token
    having count(distinct person_key) > 1
),

numbered as (
    select
        count(distinct described.person_key) as numbered,
        count(distinct case when addresses.email_token is not null then described.person_key end) as sharing_an_address
    from described
    left join addresses on described.email_token = addresses.email_token
),

-- A number that is nobody's is no person's above. `identity/numbering.py` says when that is so.
numbers as (
    select
        count(distinct people.person_token) as numbers,
        count(distinct case when links.rule = 'numbered_apart' then people.person_token end) as numbered_apart
    from {{ ref('stg_people') }} as people
    inner join {{ ref('int_identity_link') }} as links on people.person_token = links.token
),

-- Who isn't in the next file of a list has left; of a list that has no next file nobody ever does.
lists as (
    select
        tool,
        series,
        max(extracted_at) as newest_at
    from {{ ref('stg_people') }}
    where is_complete_snapshot
    group by tool, series
),

newest as (
    select
        *,
        max(newest_at) over (partition by tool) as newest_of_tool_at
    from lists
),

standing as (
    select
        links.person_key,
        max(case
            when {{ dbt.datediff('newest.newest_at', 'newest.newest_of_tool_at', 'day') }} <= 62 then 1 else 0
        end) as is_in_a_list_that_comes
    from {{ ref('stg_people') }} as people
    inner join newest
        on
            people.tool = newest.tool
            and coalesce(people.series, '') = coalesce(newest.series, '')
            and people.extracted_at = newest.newest_at
    inner join {{ ref('int_identity_link') }} as links on people.person_token = links.token
    where
        links.person_key <> {{ unknown_person() }}
        and not people.is_deleted
        and coalesce(people.employment_status, '') <> 'left'
    group by links.person_key
),

left_behind as (
    select count(case when standing.is_in_a_list_that_comes = 0 and persons.employed = 1 then 1 end) as left_behind
    from standing
    inner join persons on standing.person_key = persons.person_key
),

counted as (
    select
        count(*) as persons,
        coalesce(sum(persons.versions), 0) as versions,
        coalesce(sum(persons.employed), 0) as employed,
        coalesce(sum(persons.employed_without_unit), 0) as employed_without_unit,
        coalesce(sum(persons.overlapping_intervals), 0) as overlapping_intervals,
        coalesce(sum(persons.empty_intervals), 0) as empty_intervals,
        coalesce(sum(persons.gaps), 0) as gaps,
        count(case when persons.current_versions <> 1 then 1 end) as persons_without_one_current,
        count(case when persons.left_before_hired > 0 then 1 end) as left_before_hired,
        count(case when persons.own_manager > 0 then 1 end) as own_managers,
        count(contradictions.person_key) as contradictory_persons
    from persons
    left join contradictions on persons.person_key = contradictions.person_key
),

unknown_members as (
    select count(*) as unknown_members
    from people
    where person_key = {{ unknown_person() }}
),

final as (
    select
        '(all)' as population,
        cast(counted.persons as bigint) as persons,
        cast(counted.versions as bigint) as versions,
        cast(counted.employed as bigint) as employed,
        cast(counted.overlapping_intervals as bigint) as overlapping_intervals,
        cast(counted.empty_intervals as bigint) as empty_intervals,
        cast(counted.gaps as bigint) as gaps,
        cast(counted.persons_without_one_current as bigint) as persons_without_one_current,
        cast(unknown_members.unknown_members as bigint) as unknown_members,
        cast(counted.left_before_hired as bigint) as left_before_hired,
        cast(counted.own_managers as bigint) as own_managers,
        cast(counted.contradictory_persons as bigint) as contradictory_persons,
        cast(numbered.sharing_an_address as bigint) as sharing_an_address,
        cast(numbers.numbered_apart as bigint) as numbered_apart,
        cast(left_behind.left_behind as bigint) as in_a_list_left_behind,
        cast(counted.left_before_hired as double) / nullif(counted.persons, 0) as left_before_hired_share,
        cast(counted.contradictory_persons as double) / nullif(counted.persons, 0) as contradictory_share,
        cast(counted.employed_without_unit as double) / nullif(counted.employed, 0) as without_unit_share,
        cast(numbered.sharing_an_address as double) / nullif(numbered.numbered, 0) as sharing_an_address_share,
        cast(numbers.numbered_apart as double) / nullif(numbers.numbers, 0) as numbered_apart_share,
        cast(left_behind.left_behind as double) / nullif(counted.employed, 0) as in_a_list_left_behind_share,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
    cross join unknown_members
    cross join numbered
    cross join numbers
    cross join left_behind
)

select * from final
