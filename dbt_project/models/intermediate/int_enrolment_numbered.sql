{{ config(
    materialized='replace_partitions', partition_by='pair_key', touched='int_enrolment_number_touched'
) }}

{%- set whose = 'source_tool, learner, activity_key' %}
{%- set is_completion %}milestone = 'completed' and record_kind = 'enrolments'{% endset %}
{%- set told = [
    'pair_key', 'tool', 'source_tool', 'enrolment_tool', 'person_key', 'learner', 'activity_key', 'enrolment_number',
    'milestone', 'progress_order', 'occurred_at', 'occurred_date', 'due_at', 'due_date', 'rule', 'record_kind',
    'record_key'
] | join(', ') %}
{#- Where all of it is meant, the history stands here by name and not as a CTE: a CTE that is read several times, an
    engine writes down whole. -#}
{%- set is_whole = lists_all(ref('int_enrolment_number_touched')) %}
{%- set listed_milestones %}
    select
        milestones.*,
        vocabulary.progress_order,
        vocabulary.is_opening,
        vocabulary.is_closing
    from {{ rows_listed(
        ref('int_enrolment_milestone'), 'pair_key', ref('int_enrolment_number_touched')
    ) }} as milestones
    inner join {{ ref('seed_milestone') }} as vocabulary on milestones.milestone = vocabulary.milestone
    where milestones.is_enrollable
{%- endset %}
{%- set milestones = '(' ~ listed_milestones ~ ')' if is_whole else 'milestones' %}

with

{% if not is_whole -%}
milestones as (
    {{- listed_milestones }}
),

{% endif -%}
-- Most who enrol do it once, by one tool: nothing opens once something has closed, it is completed on one day, and no
-- enrolment ids tell more of them apart. Of these, no milestone need be put in order.
pairs as (
    select
        {{ whose }},
        min(teller_tool) as enrolment_tool,
        count(enrolment_id) = 0
        and count(distinct teller_tool) = 1
        and count(distinct case when {{ is_completion }} then occurred_date end) <= 1
        and coalesce(
            max(case when is_opening then occurred_at end) < min(case when is_closing then occurred_at end), true
        ) as is_enrolled_once
    from {{ milestones }} as milestones
    group by {{ whose }}
),

enrolled_once as (
    select milestones.*, pairs.enrolment_tool, 1 as enrolment_number
    from {{ milestones }} as milestones
    inner join pairs
        on
            milestones.source_tool = pairs.source_tool
            and milestones.learner = pairs.learner
            and milestones.activity_key = pairs.activity_key
    where pairs.is_enrolled_once
),

enrolled_again as (
    select milestones.*
    from {{ milestones }} as milestones
    inner join pairs
        on
            milestones.source_tool = pairs.source_tool
            and milestones.learner = pairs.learner
            and milestones.activity_key = pairs.activity_key
    where not pairs.is_enrolled_once
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
    from enrolled_again
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

-- What has to be learned again each year is often told by its completions alone: a tool that says so of another day
-- tells of another enrolment. (A date that it corrected has been taken back before.)
completed_again as (
    select
        *,
        {{ is_completion }} and attached_enrolment_id is null as is_completion,
        lag(occurred_date) over (
            partition by {{ whose }}, enrolment_name, milestone, record_kind order by occurred_at, record_key
        ) as told_before_date
    from counted
),

named as (
    select
        *,
        sum(case when is_completion and told_before_date < occurred_date then 1 else 0 end) over (
            partition by {{ whose }}, enrolment_name
            order by occurred_at, progress_order, record_key
            rows between unbounded preceding and current row
        ) as completion_round
    from completed_again
),

-- The enrolment is named after the store that is preferred of all that hold some of it, whichever heard of it first.
opened as (
    select
        *,
        min(occurred_at) over (partition by {{ whose }}, enrolment_name, completion_round) as opened_at,
        first_value(teller_tool) over (
            partition by {{ whose }}, enrolment_name, completion_round order by teller_preference, teller_tool
        ) as enrolment_tool
    from named
),

numbered as (
    select
        *,
        cast(
            dense_rank() over (
                partition by {{ whose }} order by opened_at, enrolment_name, completion_round
            ) as {{ dbt.type_int() }}
        ) as enrolment_number
    from opened
),

united as (
    select {{ told }} from enrolled_once
    union all
    select {{ told }} from numbered
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
        due_date,
        rule,
        record_kind,
        record_key
    from united
)

select * from final
