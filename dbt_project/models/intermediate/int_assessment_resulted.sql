{{ config(materialized='replace_partitions', partition_by='assessment_key', touched='int_assessment_touched') }}

{#- Whatever is said about an activity of these kinds with a score or a verdict is a result. On any other activity
    (a course is passed as well), only a verb of verdict makes it one. -#}
{%- set instrument_kinds = ['assessment', 'assignment'] -%}
{%- set lowest = 'coalesce(score_min, 0)' -%}

{#- The exports that hold something of what is looked at again: those that did before, and touched ones. -#}
{%- set units_of_touched %}
    select before.unit
    from {{ built('int_assessment_resulted', {'unit': 'string', 'assessment_key': 'string'}) }} as before
    where before.assessment_key in (select touched.assessment_key from {{ ref('int_assessment_touched') }} as touched)
    union
    select touched.unit from {{ ref('int_unit_touched') }} as touched
{%- endset -%}

with

touched as (
    select distinct person_token, instrument_id from {{ ref('int_assessment_touched') }}
),

offerings as (
    select tool, activity_id, title, activity_kind, is_enrollable from {{ ref('int_activity_harmonised') }}
),

copies as (
    select
        delivered.*,
        -- A record that is delivered again with another score is a correction: the last word counts.
        row_number() over (
            partition by delivered.tool, delivered.record_key
            order by delivered.extracted_at desc, delivered.unit desc, delivered.source_line desc
        ) as recency,
        -- An export that does not say when only repeats what an earlier one said, until the score changes.
        lag(delivered.score) over (
            partition by
                delivered.tool, delivered.person_token, delivered.instrument_id, delivered.activity_id,
                delivered.attempt_id, delivered.is_occurred_at_exact
            order by delivered.occurred_at, delivered.extracted_at, delivered.unit, delivered.source_line
        ) as previous_score,
        row_number() over (
            partition by
                delivered.tool, delivered.person_token, delivered.instrument_id, delivered.activity_id,
                delivered.attempt_id, delivered.is_occurred_at_exact
            order by delivered.occurred_at, delivered.extracted_at, delivered.unit, delivered.source_line
        ) as export_number
    from {{ staged_in('assessments', units_of_touched, ref('int_assessment_touched')) }} as delivered
    inner join touched
        on delivered.person_token = touched.person_token and delivered.instrument_id = touched.instrument_id
),

recorded as (
    select
        tool,
        'assessments' as record_kind,
        record_key,
        unit,
        person_token,
        instrument_id,
        instrument_name,
        activity_id,
        attempt_id,
        occurred_at,
        occurred_date,
        is_occurred_at_exact,
        occasion,
        form,
        score,
        score_min,
        score_max,
        score_scaled,
        is_passed,
        case
            when recency > 1 then 'redelivered'
            when
                not is_occurred_at_exact
                and export_number > 1
                and (score = previous_score or (score is null and previous_score is null))
                then 'repeated'
            else 'counted'
        end as fate
    from copies
),

stated as (
    select
        statements.*,
        offerings.title as instrument_name,
        -- A test belongs to the course that holds it; what one enrols in is both course and instrument.
        case
            when offerings.is_enrollable then statements.activity_id
            else coalesce(parents.activity_id, statements.activity_id)
        end as assessed_activity_id,
        -- One attempt is often told twice, as completed and as passed: then the verb of verdict counts.
        first_value(statements.verb) over (
            partition by
                statements.person_token, statements.activity_id, statements.registration, statements.score,
                statements.score_scaled
            order by statements.is_verdict desc, statements.occurred_at, statements.statement_id
        ) as telling_verb
    from {{ ref('int_statement_assessed') }} as statements
    inner join touched
        on statements.person_token = touched.person_token and statements.activity_id = touched.instrument_id
    inner join offerings
        on statements.tool = offerings.tool and statements.activity_id = offerings.activity_id
    left join offerings as parents
        on statements.tool = parents.tool and statements.parent_activity_id = parents.activity_id
    where
        offerings.activity_kind in ('{{ instrument_kinds | join("', '") }}')
        or (statements.is_verdict and offerings.activity_kind <> 'question')
),

evidenced as (
    select
        tool,
        'statements' as record_kind,
        statement_id as record_key,
        unit,
        person_token,
        activity_id as instrument_id,
        instrument_name,
        assessed_activity_id as activity_id,
        registration as attempt_id,
        occurred_at,
        occurred_date,
        true as is_occurred_at_exact,
        cast(null as {{ dbt.type_string() }}) as occasion,
        cast(null as {{ dbt.type_string() }}) as form,
        score,
        score_min,
        score_max,
        score_scaled,
        is_passed,
        case
            when registration is not null and coalesce(score, score_scaled) is not null and verb <> telling_verb
                then 'repeated'
            else 'counted'
        end as fate
    from stated
),

united as (
    select * from recorded
    union all
    select * from evidenced
),

final as (
    select
        {{ key_of(['tool', 'record_key']) }} as assessment_key,
        tool,
        record_kind,
        record_key,
        unit,
        person_token,
        instrument_id,
        instrument_name,
        activity_id,
        attempt_id,
        occurred_at,
        occurred_date,
        is_occurred_at_exact,
        occasion,
        form,
        score,
        score_min,
        score_max,
        -- The highest score must be known; points begin at nought where nobody says otherwise. A score outside its own
        -- range has no place on it. Halves, because the difference of two large numbers may be more than a number can
        -- hold.
        coalesce(
            score_scaled,
            case
                when {{ lowest }} < score_max and score >= {{ lowest }} and score <= score_max
                    then (score / 2 - {{ lowest }} / 2) / nullif(score_max / 2 - {{ lowest }} / 2, 0)
            end
        ) as score_scaled,
        is_passed,
        fate
    from united
)

select * from final
