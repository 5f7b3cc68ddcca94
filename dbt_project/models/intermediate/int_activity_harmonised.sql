{#- How often keys are handed on between offerings that share an IRI, a code or a decision. Each round follows a chain
    of shared names two steps further; a test fails if two offerings with one name are still apart after the last. -#}
{%- set rounds = 3 -%}

with

-- Every export repeats most of the catalogue: it is sorted only where several of one instant tell of an offering.
latest as (
    select tool, activity_id, max(extracted_at) as extracted_at
    from {{ ref('int_offering_told') }}
    group by tool, activity_id
),

catalogue as (
    select
        told.*,
        row_number() over (
            partition by told.tool, told.activity_id order by told.unit desc, told.source_line desc
        ) as recency
    from {{ ref('int_offering_told') }} as told
    inner join latest
        on
            told.tool = latest.tool
            and told.activity_id = latest.activity_id
            and told.extracted_at = latest.extracted_at
),

-- What statements say about an activity is not as old as the file that they came in.
described_by_statements as (
    select distinct tool, unit from {{ ref('int_offering_seen') }} where record_kind = 'statements'
),

-- A catalogue that leaves a code empty has taken it away. Statements need not tell it each time, nor define what they
-- name at all: of theirs, the code that was told last holds.
told_by_statements as (
    select told.tool, told.activity_id, told.extracted_at, nullif(trim(told.catalogue_code), '') as catalogue_code
    from {{ ref('int_offering_told') }} as told
    inner join described_by_statements
        on told.tool = described_by_statements.tool and told.unit = described_by_statements.unit
    where told.catalogue_code is not null
),

last_coded as (
    select tool, activity_id, max(extracted_at) as extracted_at
    from told_by_statements
    where catalogue_code is not null
    group by tool, activity_id
),

coded as (
    select told.tool, told.activity_id, max(told.catalogue_code) as catalogue_code
    from told_by_statements as told
    inner join last_coded
        on
            told.tool = last_coded.tool
            and told.activity_id = last_coded.activity_id
            and told.extracted_at = last_coded.extracted_at
    group by told.tool, told.activity_id
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
        case
            when described_by_statements.unit is not null then coded.catalogue_code
            else nullif(trim(catalogue.catalogue_code), '')
        end as catalogue_code,
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
    left join coded on catalogue.tool = coded.tool and catalogue.activity_id = coded.activity_id
    left join defined
        on case when described_by_statements.unit is not null then catalogue.activity_id end = defined.activity_id
),

-- What persons decided: which offerings are one activity, and which one is none with others whatever it bears.
decided as (
    select tool, activity_id, decision, decided_name from {{ ref('stg_activity_decisions') }}
),

names as (
    select
        offerings.tool,
        offerings.activity_id,
        'tool|' || offerings.tool || '|' || offerings.activity_id as offering_name,
        -- Only an IRI means the same thing in two tools; `course:5` of one tool is not `course:5` of another.
        case
            when offerings.activity_id like '%://%' and coalesce(decided.decision, '') <> 'split'
                then 'iri|' || offerings.activity_id
        end as iri_name,
        case when coalesce(decided.decision, '') <> 'split' then 'code|' || offerings.catalogue_code end as code_name,
        case when decided.decision = 'same' then decided.decided_name end as decided_name,
        case
            when decided.decision is not null then 'decision'
            when offerings.catalogue_code is not null then 'catalogue code'
            when offerings.activity_id like '%://%' then 'iri'
            else 'own id'
        end as rule
    from offerings
    left join decided on offerings.tool = decided.tool and offerings.activity_id = decided.activity_id
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
        decided_name,
        rule,
        least(
            min(canonical_name) over (partition by coalesce(iri_name, offering_name)),
            min(canonical_name) over (partition by coalesce(code_name, offering_name)),
            min(canonical_name) over (partition by coalesce(decided_name, offering_name))
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
        case when names.code_name is not null then offerings.catalogue_code end as catalogue_code,
        offerings.duration_planned_seconds,
        offerings.provider,
        offerings.language,
        offerings.first_seen_date,
        names.rule,
        names.iri_name,
        names.decided_name
    from offerings
    inner join round_{{ rounds }} as names
        on offerings.tool = names.tool and offerings.activity_id = names.activity_id
    left join kinds on offerings.type_source = kinds.type_source
)

select * from final
