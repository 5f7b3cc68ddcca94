{#- What was said of each canonical activity, and from which day on. One of its offerings speaks for it: one that a
    catalogue describes before one that was only seen. What a catalogue's exports said holds from the day of the export
    that says so first; what statements said, from the day on which it was told. -#}
{%- set attributes = [
    'title', 'activity_kind', 'is_formal', 'parent_activity_key', 'provider', 'language', 'duration_planned_seconds'
] %}

with

offerings as (
    select * from {{ ref('int_activity_harmonised') }}
),

kinds as (
    select type_source, activity_kind, is_formal from {{ ref('seed_activity_type') }}
),

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

speakers as (
    select
        ranked.tool,
        ranked.activity_id,
        ranked.activity_key,
        coalesce(ranked.title, ranked.activity_id) as title,
        ranked.activity_kind,
        ranked.is_formal,
        case
            when ranked.parent_activity_id is not null then coalesce(parents.activity_key, {{ unknown_key() }})
        end as parent_activity_key,
        ranked.provider,
        ranked.language,
        ranked.duration_planned_seconds
    from ranked
    left join offerings as parents
        on ranked.tool = parents.tool and ranked.parent_activity_id = parents.activity_id
    where ranked.preference = 1
),

-- The catalogue that statements make up is as old as the file that they came in: what they say is dated below.
described_by_statements as (
    select distinct tool, unit from {{ ref('int_offering_seen') }} where record_kind = 'statements'
),

catalogued as (
    select
        speakers.activity_key,
        cast(told.extracted_at as date) as told_date,
        coalesce(told.title, told.activity_id) as title,
        coalesce(told.activity_type, lower(told.activity_kind)) as type_source,
        told.is_formal,
        case
            when told.parent_activity_id is not null then coalesce(parents.activity_key, {{ unknown_key() }})
        end as parent_activity_key,
        told.provider,
        told.language,
        told.duration_planned_seconds,
        row_number() over (
            partition by speakers.activity_key, cast(told.extracted_at as date)
            order by told.extracted_at desc, told.unit desc, told.source_line desc
        ) as recency_in_day
    from {{ ref('int_offering_told') }} as told
    inner join speakers on told.tool = speakers.tool and told.activity_id = speakers.activity_id
    left join described_by_statements
        on told.tool = described_by_statements.tool and told.unit = described_by_statements.unit
    left join offerings as parents on told.tool = parents.tool and told.parent_activity_id = parents.activity_id
    where described_by_statements.unit is null
),

authorities as (
    select speakers.activity_key, canonical.activity_id, canonical.authority_key
    from {{ ref('int_activity_defined') }} as canonical
    inner join speakers on canonical.activity_id = speakers.activity_id
    left join catalogued on speakers.activity_key = catalogued.activity_key
    where canonical.is_canonical and catalogued.activity_key is null
),

definitions as (
    select defined.*, authorities.activity_key
    from {{ ref('int_activity_defined') }} as defined
    inner join authorities
        on defined.activity_id = authorities.activity_id and defined.authority_key = authorities.authority_key
),

-- A definition that came back after another one is told by its last day, too.
defined_on as (
    select *, first_told_at as told_at from definitions
    union all
    select *, last_told_at as told_at from definitions
),

defined as (
    select
        activity_key,
        cast(told_at as date) as told_date,
        coalesce(activity_name, activity_id) as title,
        activity_type as type_source,
        row_number() over (
            partition by activity_key, cast(told_at as date) order by told_at desc, definition_number desc
        ) as recency_in_day
    from defined_on
),

told as (
    select
        catalogued.activity_key,
        catalogued.told_date,
        catalogued.title,
        coalesce(kinds.activity_kind, 'other') as activity_kind,
        coalesce(catalogued.is_formal, kinds.is_formal) as is_formal,
        catalogued.parent_activity_key,
        catalogued.provider,
        catalogued.language,
        catalogued.duration_planned_seconds
    from catalogued
    left join kinds on catalogued.type_source = kinds.type_source
    where catalogued.recency_in_day = 1
    union all
    select
        defined.activity_key,
        defined.told_date,
        defined.title,
        coalesce(kinds.activity_kind, 'other') as activity_kind,
        kinds.is_formal,
        speakers.parent_activity_key,
        speakers.provider,
        speakers.language,
        speakers.duration_planned_seconds
    from defined
    inner join speakers on defined.activity_key = speakers.activity_key
    left join kinds on defined.type_source = kinds.type_source
    where defined.recency_in_day = 1
),

numbered as (
    select
        *,
        row_number() over (partition by activity_key order by told_date) as told_number,
        row_number() over (partition by activity_key order by told_date desc) as recency
    from told
),

-- What was said last is what the offering says now, whichever of its sources says it.
described as (
    select
        speakers.activity_key,
        {%- for name in attributes %}
        case when coalesce(told.recency, 1) = 1 then speakers.{{ name }} else told.{{ name }} end as {{ name }},
        {%- endfor %}
        case
            when coalesce(told.told_number, 1) = 1 then {{ beginning_of_time() }} else told.told_date
        end as valid_from
    from speakers
    left join numbered as told on speakers.activity_key = told.activity_key
),

fingerprinted as (
    select *, {{ key_of(attributes) }} as fingerprint from described
),

compared as (
    select *, lag(fingerprint) over (partition by activity_key order by valid_from) as previous_fingerprint
    from fingerprinted
),

final as (
    select
        {{ key_of(['activity_key', 'valid_from']) }} as activity_sk,
        activity_key,
        cast(row_number() over (partition by activity_key order by valid_from) as {{ dbt.type_int() }})
            as version_number,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by activity_key order by valid_from), {{ end_of_time() }}
        ) as valid_to,
        {{ attributes | join(',\n        ') }}
    from compared
    where previous_fingerprint is null or previous_fingerprint <> fingerprint
)

select * from final
