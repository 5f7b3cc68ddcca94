{%- set pair = 'manager_key, person_key, depth' %}

with recursive

-- Who reports to whom, in any of the jobs that they hold at once. Nobody is their own manager.
edges as (
    select distinct person_key, manager_key, valid_from, valid_to
    from {{ ref('bridge_team_member') }}
    where manager_key is not null and manager_key <> {{ unknown_person() }} and manager_key <> person_key
),

-- One step up at a time, on the days on which all steps so far hold. Where the line comes back to somebody who is on
-- it already (two who manage each other, say), it ends.
ascended (person_key, manager_key, depth, valid_from, valid_to, way) as (
    select
        person_key,
        manager_key,
        1,
        valid_from,
        valid_to,
        '|' || cast(person_key as {{ dbt.type_string() }}) || '|' || cast(manager_key as {{ dbt.type_string() }}) || '|'
    from edges
    union all
    select
        ascended.person_key,
        edges.manager_key,
        ascended.depth + 1,
        greatest(ascended.valid_from, edges.valid_from),
        least(ascended.valid_to, edges.valid_to),
        ascended.way || cast(edges.manager_key as {{ dbt.type_string() }}) || '|'
    from ascended
    inner join edges
        on
            ascended.manager_key = edges.person_key
            and ascended.valid_from < edges.valid_to
            and ascended.valid_to > edges.valid_from
    where ascended.way not like '%|' || cast(edges.manager_key as {{ dbt.type_string() }}) || '|%'
),

-- Ways of several lengths lead to one manager where jobs are held at once: each day counts once, by the shortest.
bounds as (
    select person_key, manager_key, valid_from as since from ascended
    union
    select person_key, manager_key, valid_to as since from ascended
),

stretches as (
    select
        person_key,
        manager_key,
        since,
        lead(since) over (partition by person_key, manager_key order by since) as until
    from bounds
),

shortest as (
    select
        stretches.person_key,
        stretches.manager_key,
        stretches.since,
        stretches.until,
        min(ascended.depth) as depth
    from stretches
    inner join ascended
        on
            stretches.person_key = ascended.person_key
            and stretches.manager_key = ascended.manager_key
            and stretches.since >= ascended.valid_from
            and stretches.since < ascended.valid_to
    where stretches.until is not null
    group by stretches.person_key, stretches.manager_key, stretches.since, stretches.until
),

compared as (
    select
        *,
        case when since = lag(until) over (partition by {{ pair }} order by since) then 0 else 1 end as is_island_start
    from shortest
),

numbered as (
    select
        *,
        sum(is_island_start) over (
            partition by {{ pair }} order by since rows between unbounded preceding and current row
        ) as island_number
    from compared
),

islands as (
    select
        {{ pair }},
        min(since) as valid_from,
        max(until) as valid_to
    from numbered
    group by {{ pair }}, island_number
),

final as (
    select
        manager_key,
        person_key,
        cast(depth as {{ dbt.type_int() }}) as depth,
        valid_from,
        valid_to,
        {{ as_of() }} >= valid_from and {{ as_of() }} < valid_to as is_current
    from islands
)

select * from final
