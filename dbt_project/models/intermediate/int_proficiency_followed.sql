{#- How long it takes from completing an activity to a level that the role wants, of a capability that the activity is
    tied to. What people say of their own level is left out. -#}

with

{{ activity_codes() }},

ties as (
    select from_id, to_id, {{ recency_of_record() }} as recency
    from {{ ref('stg_strategy_links') }}
    where from_type = 'activity' and to_type = 'capability'
),

tied as (
    select distinct codes.activity_key, ties.to_id as capability_id
    from ties
    inner join codes on ties.from_id = codes.catalogue_code
    where ties.recency = 1
),

delivered as (
    select *, coalesce(assessed_date, cast(assessed_at as date)) as local_date, {{ recency_of_record() }} as recency
    from {{ ref('stg_capability_assessments') }}
    where coalesce(assessor_type, '') <> 'self' and level is not null and target_level is not null
),

assessed as (
    select
        links.person_key,
        delivered.capability_id,
        delivered.local_date as assessed_date,
        delivered.level >= delivered.target_level as is_met
    from delivered
    {{ join_link('delivered', 'person_token', 'delivered.local_date') }}
    where delivered.recency = 1 and links.person_key <> {{ unknown_person() }}
),

final as (
    select
        {{ key_of(['participants.participant_key', 'tied.capability_id']) }} as proficiency_key,
        participants.tool,
        participants.person_key,
        participants.activity_key,
        participants.org_unit_key,
        tied.capability_id,
        participants.completed_date,
        participants.last_seen_date,
        count(case when assessed.assessed_date > participants.completed_date then 1 end) > 0 as is_assessed,
        count(case
            when assessed.assessed_date <= participants.completed_date and assessed.is_met then 1
        end) > 0 as is_met_before,
        min(case
            when
                assessed.assessed_date > participants.completed_date
                and assessed.assessed_date <= participants.last_seen_date
                and assessed.is_met
                then assessed.assessed_date
        end) as met_date
    from {{ ref('int_transfer_followed') }} as participants
    inner join tied on participants.activity_key = tied.activity_key
    left join assessed
        on participants.person_key = assessed.person_key and tied.capability_id = assessed.capability_id
    where participants.is_completed
    group by
        participants.participant_key, participants.tool, participants.person_key, participants.activity_key,
        participants.org_unit_key, tied.capability_id, participants.completed_date, participants.last_seen_date
)

select
    *,
    met_date is not null as is_met,
    cast({{ dbt.datediff('completed_date', 'coalesce(met_date, last_seen_date)', 'day') }} as bigint) as days_waited
from final
