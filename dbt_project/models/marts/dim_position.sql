with

described as (
    select
        position_id,
        tool,
        coalesce(series, '') as series,
        unit,
        source_line,
        extracted_at,
        effective_date,
        is_deleted,
        is_complete_snapshot,
        position_name,
        parent_position_id,
        position_kind,
        framework
    from {{ ref('stg_positions') }}
),

{{ history_changes(
    'described', 'position_id', 'positions',
    ['position_name', 'parent_position_id', 'position_kind', 'framework']
) }},

-- A position's first description speaks for the days before it, too.
numbered as (
    select *, row_number() over (partition by position_id order by changed_date) as change_number from changes
),

mentioned as (
    select position_id from {{ ref('int_person_history') }}
    union
    select position_id from {{ ref('stg_strategy_requirements') }}
    union
    select position_id from {{ ref('stg_strategy_capability_targets') }}
),

united as (
    select
        position_id,
        case when change_number = 1 then {{ beginning_of_time() }} else changed_date end as valid_from,
        not is_gone as is_active,
        position_name,
        parent_position_id,
        position_kind,
        framework
    from numbered
    union all
    select
        mentioned.position_id,
        {{ beginning_of_time() }} as valid_from,
        true as is_active,
        cast(null as {{ dbt.type_string() }}) as position_name,
        cast(null as {{ dbt.type_string() }}) as parent_position_id,
        cast(null as {{ dbt.type_string() }}) as position_kind,
        cast(null as {{ dbt.type_string() }}) as framework
    from mentioned
    left join described on mentioned.position_id = described.position_id
    where mentioned.position_id is not null and described.position_id is null
),

fingerprinted as (
    select
        *,
        {{ key_of(['is_active', 'position_name', 'parent_position_id', 'position_kind', 'framework']) }} as fingerprint
    from united
),

compared as (
    select *, lag(fingerprint) over (partition by position_id order by valid_from) as previous_fingerprint
    from fingerprinted
),

licensed as (
    select distinct position_id from {{ ref('stg_strategy_requirements') }}
),

versions as (
    select
        compared.*,
        licensed.position_id is not null as needs_licence,
        coalesce(
            lead(compared.valid_from) over (partition by compared.position_id order by compared.valid_from),
            {{ end_of_time() }}
        ) as valid_to
    from compared
    left join licensed on compared.position_id = licensed.position_id
    where compared.previous_fingerprint is null or compared.previous_fingerprint <> compared.fingerprint
),

final as (
    select
        {{ key_of(['position_id', 'valid_from']) }} as position_sk,
        position_id,
        valid_from,
        valid_to,
        {{ as_of() }} >= valid_from and {{ as_of() }} < valid_to as is_current,
        is_active,
        position_name,
        parent_position_id,
        position_kind,
        framework,
        needs_licence
    from versions
    union all
    select
        {{ unknown_key() }} as position_sk,
        {{ unknown_key() }} as position_id,
        {{ beginning_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        true as is_current,
        false as is_active,
        'unknown' as position_name,
        cast(null as {{ dbt.type_string() }}) as parent_position_id,
        cast(null as {{ dbt.type_string() }}) as position_kind,
        cast(null as {{ dbt.type_string() }}) as framework,
        cast(null as {{ dbt.type_boolean() }}) as needs_licence
)

select * from final
