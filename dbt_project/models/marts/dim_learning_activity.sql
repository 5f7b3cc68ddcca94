with

offerings as (
    select
        *,
        -- Two stores that hold one offering under the same id (a second LRS, say) are not two tools that offer it.
        min(tool) over (partition by activity_key, activity_id) as offering_tool
    from {{ ref('int_activity_harmonised') }}
),

-- One offering speaks for the activity: one that a catalogue describes before one that was only seen.
ranked as (
    select
        *,
        row_number() over (
            partition by activity_key
            order by
                is_catalogued desc,
                case when title is null then 1 else 0 end,
                case when activity_kind = 'other' then 1 else 0 end,
                tool,
                activity_id
        ) as preference
    from offerings
),

activities as (
    select
        activity_key,
        max(catalogue_code) as catalogue_code,
        max(case when is_enrollable then 1 else 0 end) = 1 as is_enrollable,
        count(distinct offering_tool) as tool_count,
        min(first_seen_date) as first_seen_date
    from offerings
    group by activity_key
),

final as (
    select
        activities.activity_key,
        coalesce(speaker.title, speaker.activity_id) as title,
        speaker.activity_kind,
        speaker.is_formal,
        activities.is_enrollable,
        case
            when speaker.parent_activity_id is not null then coalesce(parents.activity_key, {{ unknown_key() }})
        end as parent_activity_key,
        speaker.provider,
        speaker.language,
        activities.catalogue_code,
        speaker.duration_planned_seconds,
        cast(activities.tool_count as bigint) as tool_count,
        activities.first_seen_date
    from activities
    inner join ranked as speaker on activities.activity_key = speaker.activity_key and speaker.preference = 1
    left join offerings as parents
        on speaker.tool = parents.tool and speaker.parent_activity_id = parents.activity_id
    union all
    select
        {{ unknown_key() }} as activity_key,
        'unknown' as title,
        'unknown' as activity_kind,
        cast(null as {{ dbt.type_boolean() }}) as is_formal,
        false as is_enrollable,
        cast(null as {{ dbt.type_string() }}) as parent_activity_key,
        cast(null as {{ dbt.type_string() }}) as provider,
        cast(null as {{ dbt.type_string() }}) as language,
        cast(null as {{ dbt.type_string() }}) as catalogue_code,
        cast(null as {{ dbt.type_float() }}) as duration_planned_seconds,
        cast(0 as bigint) as tool_count,
        cast(null as date) as first_seen_date
)

select * from final
