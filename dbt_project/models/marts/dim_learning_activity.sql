with

offerings as (
    select * from {{ ref('int_activity_harmonised') }}
),

learned as (
    select distinct tool, activity_id from {{ ref('int_offering_learned') }}
    union
    select distinct tool, activity_id from {{ ref('int_offering_attended') }}
),

taught as (
    select offerings.activity_key, count(distinct stores.source_tool) as tool_count
    from learned
    inner join offerings on learned.tool = offerings.tool and learned.activity_id = offerings.activity_id
    inner join {{ ref('int_store_united') }} as stores on learned.tool = stores.tool
    group by offerings.activity_key
),

kinds as (
    select activity_kind, learning_mode, service_type, is_synchronous, is_social from {{ ref('seed_activity_kind') }}
),

activities as (
    select
        activity_key,
        max(catalogue_code) as catalogue_code,
        max(case when is_enrollable then 1 else 0 end) = 1 as is_enrollable,
        min(first_seen_date) as first_seen_date
    from offerings
    group by activity_key
),

final as (
    select
        versions.activity_sk,
        activities.activity_key,
        versions.version_number,
        versions.valid_from,
        versions.valid_to,
        {{ as_of() }} >= versions.valid_from and {{ as_of() }} < versions.valid_to as is_current,
        versions.title,
        versions.activity_kind,
        versions.is_formal,
        activities.is_enrollable,
        kinds.learning_mode,
        kinds.service_type,
        kinds.is_synchronous,
        kinds.is_social,
        versions.parent_activity_key,
        versions.provider,
        {{ provider_key('versions.provider') }} as provider_key,
        versions.language,
        activities.catalogue_code,
        versions.duration_planned_seconds,
        cast(coalesce(taught.tool_count, 0) as bigint) as tool_count,
        activities.first_seen_date
    from {{ ref('int_activity_history') }} as versions
    inner join activities on versions.activity_key = activities.activity_key
    left join taught on versions.activity_key = taught.activity_key
    left join kinds on versions.activity_kind = kinds.activity_kind
    union all
    select
        {{ unknown_key() }} as activity_sk,
        {{ unknown_key() }} as activity_key,
        1 as version_number,
        {{ beginning_of_time() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        true as is_current,
        'unknown' as title,
        'unknown' as activity_kind,
        cast(null as {{ dbt.type_boolean() }}) as is_formal,
        false as is_enrollable,
        cast(null as {{ dbt.type_string() }}) as learning_mode,
        cast(null as {{ dbt.type_string() }}) as service_type,
        cast(null as {{ dbt.type_boolean() }}) as is_synchronous,
        cast(null as {{ dbt.type_boolean() }}) as is_social,
        cast(null as {{ dbt.type_string() }}) as parent_activity_key,
        cast(null as {{ dbt.type_string() }}) as provider,
        {{ unknown_key() }} as provider_key,
        cast(null as {{ dbt.type_string() }}) as language,
        cast(null as {{ dbt.type_string() }}) as catalogue_code,
        cast(null as {{ dbt.type_float() }}) as duration_planned_seconds,
        cast(0 as bigint) as tool_count,
        cast(null as date) as first_seen_date
)

select * from final
