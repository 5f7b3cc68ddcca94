{#- A list of people tells the job of each of them without a number, as the one that counts. It is no other job than the
    one that a list of jobs of the same tool tells. -#}
{%- set job = [
    'assignment_key', 'person_key', 'tool', 'org_unit_id', 'position_id', 'job_title', 'manager_key', 'fte'
] -%}

with

described as (
    select * from {{ ref('int_job_assignment_described') }}
),

own_days as (
    select distinct person_key, tool, told_from from described where is_primary and not is_numbered
),

-- What is told as the one that counts holds until the next one is: of a mover whom a file of changes or a history tells
-- of, nobody says that the job before ended. Of several that are told from one day on, each holds.
own_stretches as (
    select
        person_key,
        tool,
        told_from,
        lead(told_from) over (partition by person_key, tool order by told_from) as next_told_from
    from own_days
),

succeeded as (
    select
        described.*,
        least(
            described.valid_to, coalesce(own_stretches.next_told_from, {{ end_of_time() }})
        ) as held_to
    from described
    left join own_stretches
        on
            described.person_key = own_stretches.person_key
            and described.tool = own_stretches.tool
            and described.told_from = own_stretches.told_from
            and described.is_primary
            and not described.is_numbered
),

unnumbered as (
    select * from succeeded where not is_numbered and valid_from < held_to
),

-- A list of jobs numbers them, or at least doesn't call each of them the one that counts.
listed as (
    select * from succeeded where is_numbered or is_primary is null
),

told_twice as (
    select
        unnumbered.assignment_key,
        unnumbered.valid_from,
        greatest(unnumbered.valid_from, listed.valid_from) as since,
        least(unnumbered.held_to, listed.held_to) as until
    from unnumbered
    inner join listed
        on
            unnumbered.person_key = listed.person_key
            and unnumbered.tool = listed.tool
            and unnumbered.assignment_key <> listed.assignment_key
            and unnumbered.valid_from < listed.held_to
            and unnumbered.held_to > listed.valid_from
    where
        -- The one that counts, unless all that is listed is marked as jobs beside it; or else the same job.
        (unnumbered.is_primary and coalesce(listed.is_primary, true))
        or (
            listed.is_numbered
            and coalesce(unnumbered.org_unit_id, '') = coalesce(listed.org_unit_id, '')
            and coalesce(
                unnumbered.position_id = listed.position_id, unnumbered.job_title = listed.job_title, true
            )
        )
),

-- What is left of each stretch between those in which it is told twice.
edges as (
    select assignment_key, valid_from, since, until from told_twice
    union all
    select assignment_key, valid_from, held_to as since, held_to as until from unnumbered
),

gaps as (
    select
        assignment_key,
        valid_from,
        coalesce(
            max(until) over (
                partition by assignment_key, valid_from
                order by since, until
                rows between unbounded preceding and 1 preceding
            ),
            valid_from
        ) as since,
        since as until
    from edges
),

final as (
    select
        {{ job | join(',\n        ') }},
        coalesce(is_primary, false) as is_primary,
        valid_from,
        held_to as valid_to
    from succeeded
    where is_numbered
    union all
    select
        {% for column in job -%}
        unnumbered.{{ column }},
        {% endfor -%}
        coalesce(unnumbered.is_primary, false) as is_primary,
        gaps.since as valid_from,
        gaps.until as valid_to
    from unnumbered
    inner join gaps
        on unnumbered.assignment_key = gaps.assignment_key and unnumbered.valid_from = gaps.valid_from
    where gaps.since < gaps.until
)

select * from final
