-- The row (all) stands on its own, so that an empty warehouse shows as a row of zeros and never as no row.
with

statements as (
    select
        tool,
        sum(rows_staged) as statements,
        sum(rows_redelivered) as redelivered,
        sum(rows_conflicting) as conflicting
    from {{ ref('trust_reconciliation') }}
    where record_kind = 'statements'
    group by tool
),

suspects as (
    select
        tool,
        count(*) as suspected_duplicates
    from {{ ref('trust_suspected_duplicates') }}
    group by tool
),

voids as (
    select
        tool,
        count(*) as voids,
        count(case when outcome <> 'applied' then 1 end) as voids_not_applied,
        count(case when arrival = 'target missing' then 1 end) as voids_without_target
    from {{ ref('trust_statement_voids') }}
    group by tool
),

-- What an LRS sends no more stands in units of their own (docs/decisions/0063-what-is-sent-no-more-stays.md).
withheld as (
    select
        tool,
        sum(row_count) as withheld_counted
    from {{ ref('int_learning_event_explained') }}
    where record_kind = 'statements' and fate = 'counted' and unit like '%-withheld'
    group by tool
),

scopes as (
    select '(all)' as tool
    union all
    select tool from statements
),

counted as (
    select
        scopes.tool,
        coalesce(sum(statements.statements), 0) as statements,
        coalesce(sum(statements.redelivered), 0) as redelivered,
        coalesce(sum(statements.conflicting), 0) as conflicting,
        coalesce(sum(suspects.suspected_duplicates), 0) as suspected_duplicates,
        coalesce(sum(voids.voids), 0) as voids,
        coalesce(sum(voids.voids_not_applied), 0) as voids_not_applied,
        coalesce(sum(voids.voids_without_target), 0) as voids_without_target,
        coalesce(sum(withheld.withheld_counted), 0) as withheld_counted
    from scopes
    left join statements on scopes.tool = '(all)' or scopes.tool = statements.tool
    left join suspects on statements.tool = suspects.tool
    left join voids on statements.tool = voids.tool
    left join withheld on statements.tool = withheld.tool
    group by scopes.tool
),

final as (
    select
        tool,
        cast(statements as bigint) as statements,
        cast(redelivered as bigint) as redelivered,
        cast(conflicting as bigint) as conflicting,
        cast(suspected_duplicates as bigint) as suspected_duplicates,
        cast(voids as bigint) as voids,
        cast(voids_not_applied as bigint) as voids_not_applied,
        cast(voids_without_target as bigint) as voids_without_target,
        cast(withheld_counted as bigint) as withheld_counted,
        cast(suspected_duplicates as double) / nullif(statements, 0) as suspected_duplicate_share,
        cast(voids_without_target as double) / nullif(voids, 0) as void_without_target_share,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
)

select * from final
