-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
with

tools as (
    select
        tool,
        count(*) as enrolments,
        count(*) - count(distinct enrolment_key) as duplicate_enrolment_keys,
        count(case when person_key = {{ unknown_person() }} then 1 end) as enrolments_without_person,
        count(case when activity_key = {{ unknown_key() }} then 1 end) as enrolments_without_activity,
        count(case when is_completed then 1 end) as completed,
        count(case when is_completed and (completed_date is null or completion_rule is null) then 1 end)
            as completed_without_rule,
        count(case when started_at is not null and completed_at is not null then 1 end) as started_and_completed,
        count(case when completed_at < started_at then 1 end) as completed_before_started,
        count(case when due_at < assigned_at then 1 end) as due_before_assigned
    from {{ ref('fct_enrolment') }}
    group by tool
),

scopes as (
    select '(all)' as tool
    union all
    select tool from tools
),

counted as (
    select
        scopes.tool,
        coalesce(sum(tools.enrolments), 0) as enrolments,
        coalesce(sum(tools.duplicate_enrolment_keys), 0) as duplicate_enrolment_keys,
        coalesce(sum(tools.enrolments_without_person), 0) as enrolments_without_person,
        coalesce(sum(tools.enrolments_without_activity), 0) as enrolments_without_activity,
        coalesce(sum(tools.completed), 0) as completed,
        coalesce(sum(tools.completed_without_rule), 0) as completed_without_rule,
        coalesce(sum(tools.started_and_completed), 0) as started_and_completed,
        coalesce(sum(tools.completed_before_started), 0) as completed_before_started,
        coalesce(sum(tools.due_before_assigned), 0) as due_before_assigned
    from scopes
    left join tools on scopes.tool = '(all)' or scopes.tool = tools.tool
    group by scopes.tool
),

final as (
    select
        tool,
        cast(enrolments as bigint) as enrolments,
        cast(duplicate_enrolment_keys as bigint) as duplicate_enrolment_keys,
        cast(completed as bigint) as completed,
        cast(completed_without_rule as bigint) as completed_without_rule,
        cast(started_and_completed as bigint) as started_and_completed,
        cast(completed_before_started as bigint) as completed_before_started,
        cast(due_before_assigned as bigint) as due_before_assigned,
        cast(completed_before_started as double) / nullif(started_and_completed, 0) as completed_before_started_share,
        cast(enrolments_without_person as double) / nullif(enrolments, 0) as unknown_person_share,
        cast(enrolments_without_activity as double) / nullif(enrolments, 0) as unknown_activity_share,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
)

select * from final
