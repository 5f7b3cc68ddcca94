with

described as (
    select * from {{ ref('int_person_employed') }}
),

assignments as (
    select * from {{ ref('int_job_assignment_held') }}
),

-- Persons whom HR never described: one open interval, so that an as-of join finds them on every day.
undescribed as (
    select distinct links.person_key
    from {{ ref('int_identity_link') }} as links
    left join described on links.person_key = described.person_key
    where links.person_key <> {{ unknown_person() }} and described.person_key is null
),

bounds as (
    select person_key, valid_from from described
    union
    select assignments.person_key, assignments.valid_from from assignments
    union
    select assignments.person_key, assignments.valid_to as valid_from from assignments
),

running_assignments as (
    select
        bounds.person_key,
        bounds.valid_from,
        assignments.org_unit_id,
        assignments.position_id,
        assignments.job_title,
        assignments.manager_key,
        sum(assignments.fte) over (partition by bounds.person_key, bounds.valid_from) as fte,
        -- A list with a row per job describes the person by one of them. Of one tool only, since another tool's word of
        -- the same job is another job; and not where it leaves open what some job is worth.
        case
            when count(*) over (partition by bounds.person_key, bounds.valid_from, assignments.tool)
                = count(assignments.fte) over (partition by bounds.person_key, bounds.valid_from, assignments.tool)
                then sum(assignments.fte) over (partition by bounds.person_key, bounds.valid_from, assignments.tool)
        end as contract,
        count(*) over (partition by bounds.person_key, bounds.valid_from, assignments.tool) as jobs_at_once,
        row_number() over (
            partition by bounds.person_key, bounds.valid_from
            order by assignments.is_primary desc, assignments.fte desc, assignments.assignment_key
        ) as preference
    from bounds
    inner join assignments
        on
            bounds.person_key = assignments.person_key
            and bounds.valid_from >= assignments.valid_from
            and bounds.valid_from < assignments.valid_to
),

-- What held from each bound on. A bound before the first description or in no interval yields nothing.
versions as (
    select
        bounds.person_key,
        bounds.valid_from,
        described.employment_status,
        described.employment_type,
        described.employment_status = 'left' as has_left,
        coalesce(jobs.job_title, described.job_title) as job_title,
        coalesce(jobs.org_unit_id, described.org_unit_id) as org_unit_id,
        coalesce(jobs.position_id, described.position_id) as position_id,
        coalesce(jobs.manager_key, described.manager_key) as manager_key,
        case
            when jobs.jobs_at_once > 1 then coalesce(greatest(described.fte, jobs.contract), described.fte, jobs.fte)
            else coalesce(described.fte, jobs.fte)
        end as fte,
        described.site,
        described.country,
        described.hired_date,
        described.left_date
    from bounds
    inner join described
        on
            bounds.person_key = described.person_key
            and bounds.valid_from >= described.valid_from
            and bounds.valid_from < described.valid_to
    left join running_assignments as jobs
        on bounds.person_key = jobs.person_key and bounds.valid_from = jobs.valid_from and jobs.preference = 1
),

-- Who has left holds no job; what they held last stands in the version before.
attributed as (
    select
        person_key,
        valid_from,
        employment_status,
        case when not has_left then employment_type end as employment_type,
        case when not has_left then job_title end as job_title,
        case when not has_left then org_unit_id end as org_unit_id,
        case when not has_left then position_id end as position_id,
        case when not has_left then manager_key end as manager_key,
        case when not has_left then fte end as fte,
        case when not has_left then site end as site,
        case when not has_left then country end as country,
        hired_date,
        left_date
    from versions
    union all
    select
        person_key,
        {{ beginning_of_time() }} as valid_from,
        'not_in_hr' as employment_status,
        cast(null as {{ dbt.type_string() }}) as employment_type,
        cast(null as {{ dbt.type_string() }}) as job_title,
        cast(null as {{ dbt.type_string() }}) as org_unit_id,
        cast(null as {{ dbt.type_string() }}) as position_id,
        cast(null as {{ dbt.type_bigint() }}) as manager_key,
        cast(null as {{ dbt.type_float() }}) as fte,
        cast(null as {{ dbt.type_string() }}) as site,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as date) as hired_date,
        cast(null as date) as left_date
    from undescribed
),

fingerprinted as (
    select
        *,
        {{ key_of([
            'employment_status', 'employment_type', 'job_title', 'org_unit_id', 'position_id', 'manager_key', 'fte',
            'site', 'country', 'hired_date', 'left_date'
        ]) }} as fingerprint
    from attributed
),

-- Snapshots repeat themselves: only a row that differs from the one before starts a version.
compared as (
    select *, lag(fingerprint) over (partition by person_key order by valid_from) as previous_fingerprint
    from fingerprinted
),

final as (
    select
        {{ key_of(['person_key', 'valid_from']) }} as person_sk,
        person_key,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by person_key order by valid_from), {{ end_of_time() }}
        ) as valid_to,
        employment_status,
        employment_type,
        job_title,
        {{ org_unit_key('org_unit_id') }} as org_unit_key,
        org_unit_id,
        position_id,
        manager_key,
        fte,
        site,
        country,
        hired_date,
        left_date
    from compared
    where previous_fingerprint is null or previous_fingerprint <> fingerprint
)

select * from final
