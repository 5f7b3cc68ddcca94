{{ config(
    materialized='replace_partitions', partition_by='pair_key', touched='int_enrolment_number_touched'
) }}

{%- set pairs = ref('int_enrolment_number_touched') %}
{%- set whose = 'source_tool, learner, activity_key' %}

with

milestones as (
    select
        milestones.*,
        vocabulary.progress_order,
        vocabulary.is_opening,
        vocabulary.is_closing
    from {{ rows_listed(ref('int_enrolment_milestone'), 'pair_key', pairs) }} as milestones
    inner join {{ ref('seed_milestone') }} as vocabulary on milestones.milestone = vocabulary.milestone
    where milestones.is_enrollable
),

-- A milestone without an enrolment id belongs to the enrolment that was last heard of, or else to the first one.
attached as (
    select
        *,
        coalesce(
            {{ last_known('enrolment_id', whose, 'occurred_at, progress_order, record_key') }},
            {{ last_known('enrolment_id', whose, 'occurred_at desc, progress_order desc, record_key desc') }}
        ) as attached_enrolment_id,
        lag(is_closing) over (
            partition by {{ whose }} order by occurred_at, progress_order, record_key
        ) as follows_closing
    from milestones
),

-- Where a tool keeps no enrolment ids, a new enrolment begins with an opening milestone after a closing one.
counted as (
    select
        *,
        coalesce(
            attached_enrolment_id,
            cast(
                sum(case when is_opening and follows_closing then 1 else 0 end) over (
                    partition by {{ whose }}
                    order by occurred_at, progress_order, record_key
                    rows between unbounded preceding and current row
                ) as {{ dbt.type_string() }}
            )
        ) as enrolment_name
    from attached
),

-- The enrolment is named after the store that is preferred of all that hold some of it, whichever heard of it first.
opened as (
    select
        *,
        min(occurred_at) over (partition by {{ whose }}, enrolment_name) as opened_at,
        first_value(teller_tool) over (
            partition by {{ whose }}, enrolment_name order by teller_preference, teller_tool
        ) as enrolment_tool
    from counted
),

numbered as (
    select
        *,
        cast(
            dense_rank() over (partition by {{ whose }} order by opened_at, enrolment_name) as {{ dbt.type_int() }}
        ) as enrolment_number
    from opened
),

final as (
    select
        pair_key,
        {{ key_of(['source_tool', 'learner', 'activity_key', 'enrolment_number']) }} as enrolment_key,
        tool,
        source_tool,
        enrolment_tool,
        person_key,
        learner,
        activity_key,
        enrolment_number,
        milestone,
        progress_order,
        occurred_at,
        occurred_date,
        due_at,
        rule,
        record_kind,
        record_key
    from numbered
)

select * from final
