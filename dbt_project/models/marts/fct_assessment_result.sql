{{ config(materialized='replace_partitions', partition_by='assessment_key', touched='int_assessment_touched') }}

with

touched as (
    select distinct person_token, instrument_id from {{ ref('int_assessment_touched') }}
),

results as (
    select told.*
    from {{ ref('int_assessment_resulted') }} as told
    inner join touched on told.person_token = touched.person_token and told.instrument_id = touched.instrument_id
    where told.fate = 'counted'
),

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

completions as (
    select person_key, activity_key, completed_date
    from {{ ref('fct_enrolment') }}
    where is_completed and person_key <> {{ unknown_person() }}
),

resolved as (
    select
        results.*,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key
    from results
    left join links on results.person_token = links.token and {{ holds_on('links', 'results.occurred_date') }}
    left join activities on results.tool = activities.tool and results.activity_id = activities.activity_id
),

last_completions as (
    select resolved.assessment_key, max(completions.completed_date) as completed_date
    from resolved
    inner join completions
        on
            resolved.person_key = completions.person_key
            and resolved.activity_key = completions.activity_key
            and resolved.occurred_date >= completions.completed_date
    group by resolved.assessment_key
),

final as (
    select
        resolved.assessment_key,
        resolved.tool,
        resolved.record_kind,
        resolved.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        resolved.activity_key,
        resolved.instrument_id,
        resolved.instrument_name,
        resolved.attempt_id,
        resolved.occurred_at,
        resolved.occurred_date,
        resolved.is_occurred_at_exact,
        resolved.occasion,
        resolved.score,
        resolved.score_min,
        resolved.score_max,
        resolved.score_scaled,
        resolved.is_passed,
        cast({{ dbt.datediff('last_completions.completed_date', 'resolved.occurred_date', 'day') }} as bigint)
            as days_since_completion
    from resolved
    {{ join_person_as_of('resolved', 'occurred_date') }}
    left join last_completions on resolved.assessment_key = last_completions.assessment_key
)

select * from final
