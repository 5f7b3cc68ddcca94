{#- The rule that holds for an enrolment is the most particular one of the day on which it began: one on the activity
    before one on its kind, and that before one on everything. Position and unit are those of the same day. Where the
    rule asks for one that isn't known, nobody can say whether it was kept. Leave and confirmation count from
    whichever tool tells them, in the year before the start: request forms tell the one, platforms the other. -#}

with

began as (
    select
        *,
        coalesce(started_date, completed_date) as began_date,
        coalesce(started_at, completed_at, passed_at) as began_at
    from {{ ref('fct_enrolment') }}
    where coalesce(started_date, completed_date) is not null
),

policies as (
    select * from {{ ref('dim_enrolment_policy') }}
),

activities as (
    select activity_key, activity_kind, catalogue_code
    from {{ ref('dim_learning_activity') }}
    where is_current
),

codes as (
    select activity_key, catalogue_code as code from activities
    union
    select activity_key, activity_id as code from {{ ref('bridge_activity_tool') }}
),

governed as (
    select
        activities.activity_key,
        policies.*,
        case when policies.activity_id is not null then 1 when policies.activity_kind is not null then 2 else 3 end
            as generality
    from activities
    inner join policies on policies.activity_kind is null or activities.activity_kind = policies.activity_kind
    left join codes on activities.activity_key = codes.activity_key and policies.activity_id = codes.code
    where policies.activity_id is null or codes.code is not null
),

ruled as (
    select
        began.enrolment_key,
        began.tool,
        began.person_key,
        began.activity_key,
        began.began_date,
        began.began_at,
        governed.policy_id,
        governed.eligible_position_id,
        governed.eligible_org_unit_id,
        {{ org_unit_key('governed.eligible_org_unit_id') }} as eligible_org_unit_key,
        persons.position_id,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        governed.eligible_position_id is not null or governed.eligible_org_unit_id is not null as is_eligibility_ruled,
        governed.designated_tool,
        governed.approval,
        governed.needs_confirmation,
        row_number() over (
            partition by began.enrolment_key order by governed.generality, governed.policy_id
        ) as preference
    from began
    inner join governed
        on began.activity_key = governed.activity_key and {{ holds_on('governed', 'began.began_date') }}
    {{ join_person_as_of('began', 'began_date') }}
),

steps as (
    select
        ruled.enrolment_key,
        max(case when others.approved_at <= ruled.began_at then 1 else 0 end) as approved_before,
        max(case when others.confirmed_at <= ruled.began_at then 1 else 0 end) as confirmed_before
    from ruled
    inner join {{ ref('fct_enrolment') }} as others
        on ruled.person_key = others.person_key and ruled.activity_key = others.activity_key
    where
        ruled.preference = 1
        and ruled.person_key <> {{ unknown_person() }}
        and coalesce(others.approved_at, others.confirmed_at) >= {{ dbt.dateadd('day', -365, 'ruled.began_date') }}
    group by ruled.enrolment_key
),

final as (
    select
        ruled.enrolment_key,
        ruled.tool,
        ruled.person_key,
        ruled.org_unit_key,
        ruled.activity_key,
        ruled.began_date,
        ruled.policy_id,
        ruled.is_eligibility_ruled,
        case
            when ruled.is_eligibility_ruled
                then
                    (ruled.eligible_position_id is null or ruled.eligible_position_id = ruled.position_id)
                    and case
                        when ruled.eligible_org_unit_id is null then true
                        when ruled.org_unit_key <> {{ unknown_key() }} then units.descendant_org_unit_key is not null
                    end
        end as is_eligible,
        case
            when ruled.designated_tool is not null
                then ruled.tool = coalesce(tools.source_tool, ruled.designated_tool)
        end as is_in_designated_tool,
        case when ruled.approval <> 'none' then coalesce(steps.approved_before, 0) = 1 end as is_approved_before_start,
        case when ruled.needs_confirmation then coalesce(steps.confirmed_before, 0) = 1 end as is_confirmed
    from ruled
    left join steps on ruled.enrolment_key = steps.enrolment_key
    left join {{ ref('dim_tool') }} as tools on ruled.designated_tool = tools.tool
    left join {{ ref('bridge_org_hierarchy') }} as units
        on
            ruled.eligible_org_unit_key = units.ancestor_org_unit_key
            and ruled.org_unit_key = units.descendant_org_unit_key
            and {{ holds_on('units', 'ruled.began_date') }}
    where ruled.preference = 1
)

select * from final
