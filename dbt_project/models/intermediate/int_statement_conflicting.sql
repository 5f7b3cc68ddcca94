{{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}
-- depends_on: {{ ref('int_partitions_touched') }}

{#- What a redelivery must repeat, as far as it lands. -#}
{%- set told = [
    'actor_token', 'group_token', 'member_token', 'verb_id', 'object_kind', 'object_id', 'object_person_token',
    'object_verb_id', 'occurred_at', 'registration', 'parent_activity_id', 'score_scaled', 'score_raw', 'score_min',
    'score_max', 'is_success', 'is_completion', 'duration_text', 'result_extensions', 'context_extensions',
    'statement_ref_id', 'instructor_token', 'team_token', 'platform', 'language'
] %}
{%- set copies = ref('int_statement_deduplicated') %}
{%- set touched_conflicts %}
    from {{ copies }}
    where
        fate = 'conflicting'
        and occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
{%- endset %}
{%- set units_of_copies %}
    select unit {{ touched_conflicts }}
    union
    select counted_unit as unit {{ touched_conflicts }}
{%- endset %}

with

conflicts as (
    select * {{- touched_conflicts }}
),

-- Most statements are in no conflict, so the few ids are what is looked for, and in their units only.
statements as (
    select *
    from {{ staged_in('statements', units_of_copies, copies, exceptions=true) }}
    where
        statement_id in (select conflicts.statement_id from conflicts)
        and unit in (
            select conflicts.unit from conflicts
            union all
            select conflicts.counted_unit from conflicts
        )
),

final as (
    select
        conflicts.occurred_date,
        conflicts.statement_id,
        conflicts.body_hash,
        conflicts.tool,
        conflicts.unit,
        later.source_line,
        later.occurred_at,
        later.stored_at,
        conflicts.counted_tool,
        conflicts.counted_unit,
        kept.source_line as counted_source_line,
        kept.stored_at as counted_stored_at,
        nullif(trim(
            {%- for column in told %}
            case
                when
                    coalesce(cast(later.{{ column }} as {{ dbt.type_string() }}), '')
                    <> coalesce(cast(kept.{{ column }} as {{ dbt.type_string() }}), '')
                    then '{{ column | replace("_token", "") }} '
                else ''
            end{{ ' ||' if not loop.last }}
            {%- endfor %}
        ), '') as differs_in
    from conflicts
    inner join statements as later
        on
            conflicts.statement_id = later.statement_id
            and conflicts.body_hash = later.body_hash
            and conflicts.tool = later.tool
            and conflicts.unit = later.unit
    inner join statements as kept
        on
            conflicts.statement_id = kept.statement_id
            and conflicts.counted_body_hash = kept.body_hash
            and conflicts.counted_tool = kept.tool
            and conflicts.counted_unit = kept.unit
)

select * from final
