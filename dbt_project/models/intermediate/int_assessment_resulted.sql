with

copies as (
    select
        *,
        -- A record that is delivered again with another score is a correction: the last word counts.
        row_number() over (
            partition by tool, record_key order by extracted_at desc, unit desc, source_line desc
        ) as recency,
        -- An export that does not say when only repeats what an earlier one said, until the score changes.
        lag(score) over (
            partition by tool, person_token, instrument_id, activity_id, attempt_id, is_occurred_at_exact
            order by occurred_at, extracted_at, unit, source_line
        ) as previous_score,
        row_number() over (
            partition by tool, person_token, instrument_id, activity_id, attempt_id, is_occurred_at_exact
            order by occurred_at, extracted_at, unit, source_line
        ) as export_number
    from {{ ref('stg_assessments') }}
),

final as (
    select
        tool,
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
)

select * from final
