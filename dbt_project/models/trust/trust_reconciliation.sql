{{ config(alias='reconciliation') }}

with

ledger as (
    select tool, record_kind, sum(rows_landed) as rows_landed
    from {{ ref('stg_ledger') }}
    where status = 'landed'
    group by tool, record_kind
),

staged as (
    {%- for kind in landed_kinds() %}
    select tool, '{{ kind }}' as record_kind, count(*) as rows_staged from {{ ref('stg_' ~ kind) }} group by tool
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

fates as (
    select tool, record_kind, fate, sum(row_count) as row_count
    from {{ ref('int_learning_event_explained') }}
    group by tool, record_kind, fate
    union all
    select tool, 'enrolments' as record_kind, 'redelivered' as fate, count(*) - count(distinct record_key) as row_count
    from {{ ref('stg_enrolments') }}
    group by tool
    union all
    select tool, 'assessments' as record_kind, fate, count(*) as row_count
    from {{ ref('int_assessment_resulted') }}
    where record_kind = 'assessments' and fate <> 'counted'
    group by tool, fate
),

explained as (
    select
        tool,
        record_kind,
        sum(case when fate = 'redelivered' then row_count else 0 end) as rows_redelivered,
        sum(case when fate = 'conflicting' then row_count else 0 end) as rows_conflicting,
        sum(case when fate = 'voiding' then row_count else 0 end) as rows_voiding,
        sum(case when fate = 'voided' then row_count else 0 end) as rows_voided,
        sum(case when fate = 'repeated' then row_count else 0 end) as rows_repeated
    from fates
    group by tool, record_kind
),

parts as (
    select tool, record_kind, count(*) as rows_of_parts
    from {{ ref('int_enrolment_milestone') }}
    where record_kind = 'enrolments' and not is_enrollable
    group by tool, record_kind
),

counted as (
    select tool, record_kind, count(*) as rows_in_fact
    from {{ ref('fct_learning_event') }}
    group by tool, record_kind
    union all
    select tool, record_kind, count(*) as rows_in_fact
    from {{ ref('int_enrolment_numbered') }}
    where record_kind = 'enrolments'
    group by tool, record_kind
    union all
    select tool, record_kind, count(*) as rows_in_fact
    from {{ ref('fct_assessment_result') }}
    where record_kind = 'assessments' -- statements are counted as events
    group by tool, record_kind
),

joined as (
    select
        ledger.tool,
        ledger.record_kind,
        ledger.record_kind in ('statements', 'learning_events', 'enrolments', 'assessments') as has_fact,
        cast(ledger.rows_landed as bigint) as rows_landed,
        cast(coalesce(staged.rows_staged, 0) as bigint) as rows_staged,
        cast(coalesce(explained.rows_redelivered, 0) as bigint) as rows_redelivered,
        cast(coalesce(explained.rows_conflicting, 0) as bigint) as rows_conflicting,
        cast(coalesce(explained.rows_voiding, 0) as bigint) as rows_voiding,
        cast(coalesce(explained.rows_voided, 0) as bigint) as rows_voided,
        cast(coalesce(explained.rows_repeated, 0) as bigint) as rows_repeated,
        cast(coalesce(parts.rows_of_parts, 0) as bigint) as rows_of_parts,
        cast(coalesce(counted.rows_in_fact, 0) as bigint) as rows_in_fact
    from ledger
    left join staged on ledger.tool = staged.tool and ledger.record_kind = staged.record_kind
    left join explained on ledger.tool = explained.tool and ledger.record_kind = explained.record_kind
    left join parts on ledger.tool = parts.tool and ledger.record_kind = parts.record_kind
    left join counted on ledger.tool = counted.tool and ledger.record_kind = counted.record_kind
),

accounted as (
    select
        *,
        rows_redelivered + rows_conflicting + rows_voiding + rows_voided + rows_repeated + rows_of_parts
        + rows_in_fact as rows_accounted
    from joined
),

final as (
    select
        tool,
        record_kind,
        rows_landed,
        rows_staged,
        rows_redelivered,
        rows_conflicting,
        rows_voiding,
        rows_voided,
        rows_repeated,
        rows_of_parts,
        case when has_fact then rows_in_fact end as rows_in_fact,
        abs(rows_landed - rows_staged) + case when has_fact then abs(rows_staged - rows_accounted) else 0 end
            as unexplained
    from accounted
)

select * from final
