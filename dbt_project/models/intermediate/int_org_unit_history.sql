with

described as (
    select
        org_unit_id,
        tool,
        coalesce(series, '') as series,
        unit,
        source_line,
        extracted_at,
        effective_date,
        is_deleted,
        is_complete_snapshot,
        org_unit_name,
        parent_org_unit_id,
        org_unit_kind,
        framework
    from {{ ref('stg_org_units') }}
),

{{ history_changes(
    'described', 'org_unit_id', 'org_units',
    ['org_unit_name', 'parent_org_unit_id', 'org_unit_kind', 'framework']
) }},

-- A unit's first description speaks for the days before it, too: KPIs and costs of a unit are often older than HR's
-- first export of it, and each of them has to find what it belongs to.
numbered as (
    select *, row_number() over (partition by org_unit_id order by changed_date) as change_number from changes
),

versions as (
    select
        org_unit_id,
        case when change_number = 1 then {{ beginning_of_time() }} else changed_date end as valid_from,
        is_gone,
        org_unit_name,
        parent_org_unit_id,
        org_unit_kind,
        framework
    from numbered
),

mentioned as (
    select org_unit_id from {{ ref('int_person_history') }}
    union
    select parent_org_unit_id as org_unit_id from described
    {%- for told_of in ['stg_kpi_values', 'stg_costs', 'stg_survey_responses', 'stg_strategy_capability_targets'] %}
    union
    select org_unit_id from {{ ref(told_of) }}
    {%- endfor %}
),

-- Units that somebody belongs to, that lie above another one, or that a figure is about, and that nobody described.
undescribed as (
    select mentioned.org_unit_id
    from mentioned
    left join described on mentioned.org_unit_id = described.org_unit_id
    where mentioned.org_unit_id is not null and described.org_unit_id is null
),

united as (
    select * from versions
    union all
    select
        org_unit_id,
        {{ beginning_of_time() }} as valid_from,
        false as is_gone,
        cast(null as {{ dbt.type_string() }}) as org_unit_name,
        cast(null as {{ dbt.type_string() }}) as parent_org_unit_id,
        cast(null as {{ dbt.type_string() }}) as org_unit_kind,
        cast(null as {{ dbt.type_string() }}) as framework
    from undescribed
),

fingerprinted as (
    select
        *,
        {{ key_of(['is_gone', 'org_unit_name', 'parent_org_unit_id', 'org_unit_kind', 'framework']) }} as fingerprint
    from united
),

compared as (
    select *, lag(fingerprint) over (partition by org_unit_id order by valid_from) as previous_fingerprint
    from fingerprinted
),

final as (
    select
        {{ key_of(['org_unit_id', 'valid_from']) }} as org_unit_sk,
        {{ org_unit_key('org_unit_id') }} as org_unit_key,
        org_unit_id,
        valid_from,
        coalesce(
            lead(valid_from) over (partition by org_unit_id order by valid_from), {{ end_of_time() }}
        ) as valid_to,
        not is_gone as is_active,
        org_unit_name,
        {{ org_unit_key('parent_org_unit_id') }} as parent_org_unit_key,
        parent_org_unit_id,
        org_unit_kind,
        framework
    from compared
    where previous_fingerprint is null or previous_fingerprint <> fingerprint
)

select * from final
