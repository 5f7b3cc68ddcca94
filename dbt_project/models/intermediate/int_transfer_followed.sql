{#- From taking part to using it: what is known of each participant, by whoever knows it. A day counts from
    completion; the window is that within which something may be put down to learning, and the late window shows
    whether it lasts. -#}
{%- set window = 90 -%}
{%- set late = 210 -%}

with

milestones as (
    select activity_key, person_key, milestone, occurred_date, enrolment_tool from {{ ref('int_enrolment_numbered') }}
    union all
    select activity_key, person_key, milestone, occurred_date, enrolment_tool from {{ ref('int_enrolment_started') }}
),

behaviours as (
    select * from {{ ref('int_behaviour_observed') }} where person_key <> {{ unknown_person() }}
),

answers as (
    select * from {{ ref('int_follow_up_answered') }} where person_key <> {{ unknown_person() }}
),

-- Only where anybody looked: a course whose use nobody follows would count as one that nobody uses.
followed as (
    select distinct activity_key from behaviours where activity_key <> {{ unknown_key() }}
    union
    select distinct activity_key from {{ ref('int_follow_up_answered') }} where activity_key <> {{ unknown_key() }}
),

participants as (
    select
        milestones.activity_key,
        milestones.person_key,
        min(milestones.enrolment_tool) as tool,
        min(milestones.occurred_date) as enrolled_date,
        min(case when milestones.milestone = 'started' then milestones.occurred_date end) as started_date,
        min(case when milestones.milestone in ('completed', 'passed') then milestones.occurred_date end)
            as completed_date
    from milestones
    inner join followed on milestones.activity_key = followed.activity_key
    where milestones.person_key <> {{ unknown_person() }}
    group by milestones.activity_key, milestones.person_key
),

placed as (
    select
        participants.*,
        coalesce(history.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        history.position_id
    from participants
    left join {{ ref('int_person_history') }} as history
        on
            participants.person_key = history.person_key
            and {{ holds_on('history', 'coalesce(participants.completed_date, participants.enrolled_date)') }}
),

-- Whoever has another team or position, or none, can't be asked any more what they do with it in this one.
moved as (
    select placed.activity_key, placed.person_key, min(history.valid_from) as left_role_date
    from placed
    inner join {{ ref('int_person_history') }} as history
        on placed.person_key = history.person_key and placed.completed_date < history.valid_from
    where
        history.employment_status = 'left'
        or history.org_unit_key <> placed.org_unit_key
        or coalesce(history.position_id, '') <> coalesce(placed.position_id, '')
    group by placed.activity_key, placed.person_key
),

-- A test that is taken a week later or more asks what is remembered.
results as (
    select links.person_key, activities.activity_key, told.occurred_date, told.is_passed
    from {{ ref('int_assessment_resulted') }} as told
    {{ join_link('told', 'person_token', 'told.occurred_date') }}
    {{ join_activity('told') }}
    where told.fate = 'counted' and told.occasion = 'delayed' and told.is_passed is not null
),

tested as (
    select
        placed.activity_key,
        placed.person_key,
        max(case when results.is_passed then 1 else 0 end) = 1 as is_competent
    from placed
    inner join results
        on
            placed.person_key = results.person_key
            and placed.activity_key = results.activity_key
            and {{ dbt.datediff('placed.completed_date', 'results.occurred_date', 'day') }} >= 7
    group by placed.activity_key, placed.person_key
),

seen as (
    select
        placed.activity_key,
        placed.person_key,
        behaviours.observation_type,
        behaviours.is_standard_met,
        behaviours.observed_date,
        {{ dbt.datediff('placed.completed_date', 'behaviours.observed_date', 'day') }} as days_after,
        {{ dbt.datediff('behaviours.observed_date', 'coalesce(placed.started_date, placed.enrolled_date)', 'day') }}
            as days_before_start
    from placed
    inner join behaviours
        on placed.person_key = behaviours.person_key and placed.activity_key = behaviours.activity_key
),

observed as (
    select
        activity_key,
        person_key,
        max(case when observation_type = 'brief' and days_before_start between 0 and 14 then 1 else 0 end) = 1
            as is_briefed,
        max(case when observation_type = 'debrief' and days_after between 0 and 14 then 1 else 0 end) = 1
            as is_debriefed,
        max(case when observation_type = 'opportunity' and days_after between 0 and 30 then 1 else 0 end) = 1
            as has_early_opportunity,
        max(case when observation_type = 'opportunity' and days_after between 0 and {{ window }} then 1 else 0 end) = 1
            as has_logged_opportunity,
        max(case when observation_type = 'behaviour' and days_after between 1 and {{ window }} then 1 else 0 end) = 1
            as is_observed,
        max(case
            when observation_type = 'behaviour' and days_after between 1 and {{ window }} and is_standard_met then 1
            else 0
        end) = 1 as is_observed_applying,
        max(case
            when observation_type = 'behaviour' and days_after between {{ window + 1 }} and {{ late }} then 1 else 0
        end) = 1 as is_observed_late,
        max(case
            when
                observation_type = 'behaviour'
                and days_after between {{ window + 1 }} and {{ late }}
                and is_standard_met
                then 1
            else 0
        end) = 1 as is_applying_late,
        min(case when observation_type = 'behaviour' and days_after > 0 and is_standard_met then observed_date end)
            as first_observed_date
    from seen
    group by activity_key, person_key
),

-- The questionnaire comes when the window closes, so an answer counts a month beyond it.
answered as (
    select
        placed.activity_key,
        placed.person_key,
        max(case when answers.has_applied then 1 else 0 end) = 1 as has_reported,
        min(case when answers.has_applied then answers.answered_date end) as first_reported_date,
        max(answers.barrier) as barrier
    from placed
    inner join answers
        on
            placed.person_key = answers.person_key
            and placed.activity_key = answers.activity_key
            and {{ dbt.datediff('placed.completed_date', 'answers.answered_date', 'day') }}
            between 1 and {{ window + 30 }}
    where answers.has_applied is not null
    group by placed.activity_key, placed.person_key
),

joined as (
    select
        placed.activity_key,
        placed.person_key,
        placed.tool,
        placed.org_unit_key,
        placed.enrolled_date,
        placed.completed_date,
        moved.left_role_date,
        placed.completed_date is not null as is_completed,
        coalesce(
            {{ dbt.datediff('placed.completed_date', 'moved.left_role_date', 'day') }} > {{ window }}, true
        ) as is_in_role,
        tested.person_key is not null as is_tested,
        coalesce(tested.is_competent, false) as is_competent,
        answered.person_key is not null as is_respondent,
        coalesce(answered.has_reported, false) as has_reported,
        answered.barrier,
        coalesce(observed.is_briefed, false) as is_briefed,
        coalesce(observed.is_debriefed, false) as is_debriefed,
        coalesce(observed.has_early_opportunity, false) as has_early_opportunity,
        coalesce(observed.has_logged_opportunity, false) as has_logged_opportunity,
        coalesce(observed.is_observed, false) as is_observed,
        coalesce(observed.is_observed_applying, false) as is_observed_applying,
        coalesce(observed.is_observed_late, false) as is_observed_late,
        coalesce(observed.is_applying_late, false) as is_applying_late,
        coalesce(
            least(observed.first_observed_date, answered.first_reported_date),
            observed.first_observed_date,
            answered.first_reported_date
        ) as first_applied_date
    from placed
    left join moved on placed.person_key = moved.person_key and placed.activity_key = moved.activity_key
    left join tested on placed.person_key = tested.person_key and placed.activity_key = tested.activity_key
    left join observed on placed.person_key = observed.person_key and placed.activity_key = observed.activity_key
    left join answered on placed.person_key = answered.person_key and placed.activity_key = answered.activity_key
),

-- Who used it had the opportunity, whatever a task log says; who says that there was none had none.
judged as (
    select
        *,
        case
            when has_reported or is_observed_applying or has_logged_opportunity then true
            when barrier = 'no_opportunity' then false
        end as has_opportunity,
        coalesce(left_role_date, {{ as_of() }}) as last_seen_date
    from joined
),

final as (
    select
        {{ key_of(['activity_key', 'person_key']) }} as participant_key,
        *,
        has_opportunity is not null as is_opportunity_known,
        has_reported or is_observed_applying as is_applying,
        coalesce(first_applied_date <= last_seen_date, false) as is_application_seen,
        cast({{ dbt.datediff('completed_date', 'least(first_applied_date, last_seen_date)', 'day') }} as bigint)
            as days_until_seen,
        cast({{ dbt.datediff('completed_date', 'last_seen_date', 'day') }} as bigint) as days_followed
    from judged
)

select
    *,
    case when is_application_seen then days_until_seen else days_followed end as days_waited
from final
