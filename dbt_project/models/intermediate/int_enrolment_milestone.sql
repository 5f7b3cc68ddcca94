with

links as (
    select token, person_key from {{ ref('int_identity_link') }}
),

activities as (
    select tool, activity_id, activity_key, is_enrollable from {{ ref('int_activity_harmonised') }}
),

stores as (
    select tool, source_tool, preference from {{ ref('int_store_united') }}
),

delivered as (
    select
        *,
        row_number() over (partition by tool, record_key order by extracted_at, unit, source_line) as copy_number
    from {{ ref('stg_enrolments') }}
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
        coalesce(decided_by_rule, 'status in ' || tool) as rule
    from delivered
    where copy_number = 1
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
        evidence.milestone,
        evidence.occurred_at,
        evidence.occurred_date,
        cast(null as {{ dbt.type_timestamp() }}) as due_at,
        evidence.rule
    from {{ ref('int_enrolment_evidenced') }} as evidence
    inner join activities
        on evidence.tool = activities.tool and evidence.activity_id = activities.activity_id
    where activities.is_enrollable
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

final as (
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
    left join links on united.person_token = links.token
)

select * from final
