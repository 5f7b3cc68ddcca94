{%- set latest %}
            partition by
                tool, person_token, activity_id, enrolment_id, milestone, case when enrolment_id is null then series end
            order by extracted_at desc, unit desc
        {% endset %}

with

exports as (
    select tool, unit, series from {{ ref('stg_ledger') }} where record_kind = 'enrolments' and status = 'landed'
),

told as (
    select
        delivered.*,
        exports.series,
        row_number() over (
            partition by delivered.tool, delivered.record_key
            order by delivered.extracted_at desc, delivered.unit desc, delivered.source_line desc
        ) as recency,
        min(delivered.occurred_at) over (partition by delivered.tool, delivered.unit) as unit_begins_at
    from {{ ref('stg_enrolments') }} as delivered
    inner join exports on delivered.tool = exports.tool and delivered.unit = exports.unit
),

-- What the latest export that tells of this milestone is, and how far back it reaches.
compared as (
    select
        *,
        first_value(unit) over ({{ latest }}) as latest_unit,
        first_value(unit_begins_at) over ({{ latest }}) as latest_begins_at
    from told
),

final as (
    select
        tool,
        unit,
        source_line,
        record_key,
        person_token,
        activity_id,
        enrolment_id,
        milestone,
        occurred_at,
        occurred_date,
        due_at,
        -- Units that landed before the day was told have it in UTC, until they are replayed.
        coalesce(due_date, cast(due_at as date)) as due_date,
        decided_by_rule,
        case
            when recency > 1 then 'redelivered'
            -- An enrolment of its own name reaches a milestone when its tool last said so. Without a name, a learner
            -- may well reach it twice: only an export that reaches as far back and tells another time takes it back.
            when unit <> latest_unit and (enrolment_id is not null or latest_begins_at <= occurred_at)
                then 'corrected'
            else 'counted'
        end as fate
    from compared
)

select * from final
