{#- How often keys are handed on between offerings that share an IRI or a code. Each round follows a chain of shared
    names two steps further; a test fails if two offerings with one name are still apart after the last round. -#}
{%- set rounds = 3 -%}

with

catalogue as (
    select
        *,
        row_number() over (
            partition by tool, activity_id order by extracted_at desc, unit desc, source_line desc
        ) as recency
    from {{ ref('stg_activities') }}
),

-- What statements say about an activity is not as old as the file that they came in.
described_by_statements as (
    select distinct tool, unit from {{ ref('int_offering_seen') }} where record_kind = 'statements'
),

defined as (
    select activity_id, activity_name, activity_type from {{ ref('int_activity_defined') }} where is_canonical
),

seen as (
    select
        tool,
        activity_id,
        max(activity_name) as activity_name,
        max(activity_type) as activity_type,
        max(parent_activity_id) as parent_activity_id,
        min(first_seen_date) as first_seen_date,
        max(case when record_kind = 'enrolments' then 1 else 0 end) = 1 as has_enrolments
    from {{ ref('int_offering_seen') }}
    group by tool, activity_id
),

offerings as (
    select
        coalesce(catalogue.tool, seen.tool) as tool,
        coalesce(catalogue.activity_id, seen.activity_id) as activity_id,
        catalogue.activity_id is not null as is_catalogued,
        coalesce(defined.activity_name, catalogue.title, seen.activity_name) as title,
        coalesce(
            defined.activity_type, catalogue.activity_type, lower(catalogue.activity_kind), seen.activity_type
        ) as type_source,
        coalesce(catalogue.parent_activity_id, seen.parent_activity_id) as parent_activity_id,
        nullif(trim(catalogue.catalogue_code), '') as catalogue_code,
        catalogue.is_formal,
        catalogue.duration_planned_seconds,
        catalogue.provider,
        catalogue.language,
        seen.first_seen_date,
        coalesce(seen.has_enrolments, false) as has_enrolments
    from (select * from catalogue where recency = 1) as catalogue
    full outer join seen on catalogue.tool = seen.tool and catalogue.activity_id = seen.activity_id
    left join described_by_statements
        on catalogue.tool = described_by_statements.tool and catalogue.unit = described_by_statements.unit
    left join defined
        on case when described_by_statements.unit is not null then catalogue.activity_id end = defined.activity_id
),

names as (
    select
        tool,
        activity_id,
        'tool|' || tool || '|' || activity_id as offering_name,
        -- Only an IRI means the same thing in two tools; `course:5` of one tool is not `course:5` of another.
        case when activity_id like '%://%' then 'iri|' || activity_id end as iri_name,
        'code|' || catalogue_code as code_name
    from offerings
),

round_0 as (
    select *, coalesce(code_name, iri_name, offering_name) as canonical_name from names
),
{% for round in range(1, rounds + 1) %}
round_{{ round }} as (
    select
        tool,
        activity_id,
        offering_name,
        iri_name,
        code_name,
        least(
            min(canonical_name) over (partition by coalesce(iri_name, offering_name)),
            min(canonical_name) over (partition by coalesce(code_name, offering_name))
        ) as canonical_name
    from round_{{ round - 1 }}
),
{% endfor %}
kinds as (
    select type_source, activity_kind, is_formal, is_enrollable from {{ ref('seed_activity_type') }}
),

final as (
    select
        offerings.tool,
        offerings.activity_id,
        md5(names.canonical_name) as activity_key,
        offerings.is_catalogued,
        offerings.title,
        coalesce(kinds.activity_kind, 'other') as activity_kind,
        coalesce(offerings.is_formal, kinds.is_formal) as is_formal,
        -- One also enrols in what a tool delivers enrolments in, unless it is a part of something else: a tool that
        -- exports the completion of every page does not enrol anybody in pages.
        coalesce(kinds.is_enrollable, offerings.has_enrolments and offerings.parent_activity_id is null)
            as is_enrollable,
        offerings.parent_activity_id,
        offerings.catalogue_code,
        offerings.duration_planned_seconds,
        offerings.provider,
        offerings.language,
        offerings.first_seen_date,
        names.iri_name
    from offerings
    inner join round_{{ rounds }} as names
        on offerings.tool = names.tool and offerings.activity_id = names.activity_id
    left join kinds on offerings.type_source = kinds.type_source
)

select * from final
