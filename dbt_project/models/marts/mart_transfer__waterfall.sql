{#- Six stages, each of those who passed the one before. Of whom nobody knows, the low bound counts none and the high
    bound all: who was never asked may have used it or not. -#}

with

participants as (
    select
        *,
        cast({{ dbt.date_trunc('year', 'enrolled_date') }} as date) as cohort_start,
        is_completed and (is_competent or not is_tested) as may_be_competent,
        coalesce(has_opportunity, true) as may_have_opportunity,
        is_observed_applying or not is_observed as may_be_applying,
        is_applying_late or not is_observed_late as may_be_sustaining
    from {{ ref('int_transfer_followed') }}
),

staged as (
    select
        activity_key,
        cohort_start,
        count(*) as enrolled,
        count(case when is_completed then 1 end) as completed,
        count(case when is_completed and is_competent then 1 end) as competent,
        count(case when may_be_competent then 1 end) as maybe_competent,
        count(case when is_completed and is_competent and has_opportunity then 1 end) as had_opportunity,
        count(case when may_be_competent and may_have_opportunity then 1 end) as maybe_had_opportunity,
        count(case when is_completed and is_competent and has_opportunity and is_observed_applying then 1 end)
            as applied,
        count(case when may_be_competent and may_have_opportunity and may_be_applying then 1 end) as maybe_applied,
        count(case
            when is_completed and is_competent and has_opportunity and is_observed_applying and is_applying_late then 1
        end) as sustained,
        count(case
            when may_be_competent and may_have_opportunity and may_be_applying and may_be_sustaining then 1
        end) as maybe_sustained
    from participants
    group by activity_key, cohort_start
),

stages as (
    {%- for stage, persons, maybe in [
        ('enrolled', 'enrolled', 'enrolled'), ('completed', 'completed', 'completed'),
        ('competent', 'competent', 'maybe_competent'), ('had_opportunity', 'had_opportunity', 'maybe_had_opportunity'),
        ('applied', 'applied', 'maybe_applied'), ('sustained', 'sustained', 'maybe_sustained')
    ] %}
    select
        activity_key,
        cohort_start,
        {{ loop.index }} as stage_number,
        '{{ stage }}' as stage,
        enrolled,
        {{ persons }} as persons,
        {{ maybe }} as persons_at_most
    from staged
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- No count under five, and no two counts of one cohort that differ by one to four: the difference is a count, too.
guarded as (
    select
        stages.activity_key,
        stages.cohort_start,
        stages.stage_number,
        max(case
            when stages.enrolled < 5 then 1
            when stages.persons between 1 and 4 then 1
            when stages.persons_at_most - stages.persons between 1 and 4 then 1
            when earlier.persons - stages.persons between 1 and 4 then 1
            when earlier.persons_at_most - stages.persons_at_most between 1 and 4 then 1
            else 0
        end) as is_suppressed
    from stages
    inner join stages as earlier
        on
            stages.activity_key = earlier.activity_key
            and stages.cohort_start = earlier.cohort_start
            and stages.stage_number >= earlier.stage_number
    group by stages.activity_key, stages.cohort_start, stages.stage_number
),

final as (
    select
        {{ key_of(['stages.activity_key', 'stages.cohort_start', 'stages.stage']) }} as waterfall_key,
        stages.activity_key,
        stages.cohort_start,
        cast(stages.stage_number as {{ dbt.type_int() }}) as stage_number,
        stages.stage,
        case when guarded.is_suppressed = 1 then 'suppressed' else 'ok' end as status,
        cast(case when guarded.is_suppressed = 0 then stages.persons end as bigint) as persons,
        cast(case when guarded.is_suppressed = 0 then stages.persons_at_most end as bigint) as persons_at_most,
        case when guarded.is_suppressed = 0 then round(cast(stages.persons as double) / stages.enrolled, 6) end
            as share_low,
        case when guarded.is_suppressed = 0 then round(cast(stages.persons_at_most as double) / stages.enrolled, 6) end
            as share_high
    from stages
    inner join guarded
        on
            stages.activity_key = guarded.activity_key
            and stages.cohort_start = guarded.cohort_start
            and stages.stage_number = guarded.stage_number
)

select * from final
