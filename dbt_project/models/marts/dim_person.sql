with

history as (
    select * from {{ ref('int_person_history') }}
),

-- Names as they were last described: a renamed unit or position makes no new version of a person.
org_units as (
    select org_unit_id, org_unit_name from {{ ref('int_org_unit_history') }} where valid_to = {{ end_of_time() }}
),

positions as (
    select
        position_id,
        position_name,
        row_number() over (
            partition by position_id order by effective_date desc, extracted_at desc, tool, unit
        ) as recency
    from {{ ref('stg_positions') }}
    where position_name is not null
),

states as (
    select
        person_key,
        case when max(case when state = 'resolved' then 1 else 0 end) = 1 then 'resolved' else 'unmatched' end
            as identity_state
    from {{ ref('int_identity_link') }}
    group by person_key
),

final as (
    select
        history.person_sk,
        history.person_key,
        history.valid_from,
        history.valid_to,
        {{ as_of() }} >= history.valid_from and {{ as_of() }} < history.valid_to as is_current,
        history.employment_status,
        history.employment_type,
        history.job_title,
        history.org_unit_key,
        history.org_unit_id,
        org_units.org_unit_name,
        history.position_id,
        positions.position_name,
        history.manager_key,
        history.fte,
        history.site,
        history.country,
        history.hired_date,
        history.left_date,
        states.identity_state
    from history
    inner join states on history.person_key = states.person_key
    left join org_units on history.org_unit_id = org_units.org_unit_id
    left join positions on history.position_id = positions.position_id and positions.recency = 1
    union all
    select
        {{ unknown_key() }} as person_sk,
        {{ unknown_person() }} as person_key,
        {{ beginning_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        true as is_current,
        'unknown' as employment_status,
        cast(null as {{ dbt.type_string() }}) as employment_type,
        cast(null as {{ dbt.type_string() }}) as job_title,
        {{ unknown_key() }} as org_unit_key,
        cast(null as {{ dbt.type_string() }}) as org_unit_id,
        cast(null as {{ dbt.type_string() }}) as org_unit_name,
        cast(null as {{ dbt.type_string() }}) as position_id,
        cast(null as {{ dbt.type_string() }}) as position_name,
        cast(null as {{ dbt.type_bigint() }}) as manager_key,
        cast(null as {{ dbt.type_float() }}) as fte,
        cast(null as {{ dbt.type_string() }}) as site,
        cast(null as {{ dbt.type_string() }}) as country,
        cast(null as date) as hired_date,
        cast(null as date) as left_date,
        'unknown' as identity_state
)

select * from final
