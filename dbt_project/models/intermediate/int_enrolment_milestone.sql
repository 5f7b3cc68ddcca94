{{ config(materialized='replace_partitions', partition_by='pair_key', touched='int_enrolment_touched') }}

with

{{ places_of_pairs(ref('int_enrolment_touched')) }},

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

activities as (
    select tool, activity_id, activity_key, is_enrollable from {{ ref('int_activity_harmonised') }}
),

stores as (
    select tool, source_tool, preference from {{ ref('int_store_united') }}
),

recorded as (
    select
        tool,
        'enrolments' as record_kind,
        record_key,
        tool as held_by,
        person_token,
        activity_id,
        enrolment_id,
        milestone,
        occurred_at,
        occurred_date,
        due_at,
        due_date,
        coalesce(decided_by_rule, 'status in ' || tool) as rule
    from {{ ref('int_enrolment_told') }}
    where fate = 'counted'
),

told as (
    select evidence.*
    from {{ ref('int_enrolment_evidenced') }} as evidence
    {{ join_places('evidence', ref('int_enrolment_evidenced'), ref('int_enrolment_touched')) }}
),

cmi5_sessions as (
    select session_key, registration, learner, launch_mode, completed_at, passed_at, failed_at, waived_at
    from {{ ref('int_session_united') }}
    where method = 'cmi5' and session_key in {{ keys_listed('cmi5_session_key', 'told') }}
),

cmi5_registrations as (
    select registration, learner, activity_id, criterion, criterion_met_at
    from {{ ref('int_registration_satisfied') }}
),

-- What a cmi5 session is evidence of. Who browses or reviews reaches nothing; a verdict is what the session decided
-- and not what it said besides; and whether completed or passed is enough is for the criterion of the unit to say.
evidence as (
    select
        evidence.*,
        evidence.rule = 'verb satisfied' as is_told_by_lms,
        sessions.waived_at is not null as is_waived,
        case
            when sessions.session_key is null or evidence.rule = 'verb satisfied' then evidence.rule
            when evidence.milestone in ('completed', 'passed') then 'cmi5 ' || registrations.criterion
            else evidence.rule
        end as deciding_rule,
        case
            when sessions.session_key is null then true
            when sessions.launch_mode <> 'Normal' or not evidence.is_cmi5_defined then false
            when evidence.rule = 'verb satisfied' then true
            when evidence.milestone = 'completed'
                then
                    evidence.occurred_at = sessions.completed_at
                    and evidence.occurred_at >= registrations.criterion_met_at
            when evidence.milestone = 'passed'
                then
                    evidence.occurred_at = sessions.passed_at
                    and evidence.occurred_at >= registrations.criterion_met_at
            when evidence.milestone = 'failed' then evidence.occurred_at = sessions.failed_at
            else true
        end as is_counted
    from told as evidence
    left join cmi5_sessions as sessions on evidence.cmi5_session_key = sessions.session_key
    left join cmi5_registrations as registrations
        on
            sessions.registration = registrations.registration
            and sessions.learner = registrations.learner
            and evidence.activity_id = registrations.activity_id
),

evidenced as (
    select
        evidence.tool,
        evidence.record_kind,
        evidence.record_key,
        evidence.held_by,
        evidence.person_token,
        evidence.activity_id,
        cast(null as {{ dbt.type_string() }}) as enrolment_id,
        -- A course whose units were waived is satisfied without learning.
        case
            when evidence.is_told_by_lms and evidence.is_waived then 'exempted' else evidence.milestone
        end as milestone,
        evidence.occurred_at,
        evidence.occurred_date,
        cast(null as {{ dbt.type_timestamp() }}) as due_at,
        cast(null as date) as due_date,
        evidence.deciding_rule as rule
    from evidence
    inner join activities
        on evidence.tool = activities.tool and evidence.activity_id = activities.activity_id
    where activities.is_enrollable and evidence.is_counted
),

united as (
    select * from recorded
    union all
    select * from evidenced
),

-- There are few combinations of stores, so the one that each is told by is looked up for these.
tellers as (
    select
        held.held_by,
        stores.tool as teller_tool,
        stores.preference as teller_preference,
        row_number() over (partition by held.held_by order by stores.preference) as teller_number
    from (select distinct united.held_by from united) as held
    inner join stores on '|' || held.held_by || '|' like '%|' || stores.tool || '|%'
),

linked as (
    select
        united.*,
        stores.source_tool,
        tellers.teller_tool,
        tellers.teller_preference,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        {{ learner('links.person_key', 'united.person_token') }} as learner,
        activities.activity_key,
        activities.is_enrollable
    from united
    inner join activities on united.tool = activities.tool and united.activity_id = activities.activity_id
    inner join stores on united.tool = stores.tool
    inner join tellers on united.held_by = tellers.held_by and tellers.teller_number = 1
    left join links on united.person_token = links.token and {{ holds_on('links', 'united.occurred_date') }}
),

keyed as (
    select *, {{ key_of(['learner', 'activity_key']) }} as pair_key from linked
),

final as (
    select * from keyed where {{ is_listed('pair_key', ref('int_enrolment_touched')) }}
)

select * from final
