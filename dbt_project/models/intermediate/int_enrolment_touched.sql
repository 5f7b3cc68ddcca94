{%- set recorded = [
    'tool', 'record_key', 'person_token', 'activity_id', 'enrolment_id', 'milestone', 'occurred_at', 'occurred_date',
    'due_at', 'due_date', 'rule'
] | join(', ') %}
{%- set built_milestones = built('int_enrolment_milestone', {
    'tool': 'string', 'record_kind': 'string', 'record_key': 'string', 'held_by': 'string', 'person_token': 'string',
    'activity_id': 'string', 'enrolment_id': 'string', 'milestone': 'string', 'occurred_at': 'timestamp',
    'occurred_date': 'date', 'due_at': 'timestamp', 'due_date': 'date', 'rule': 'string', 'source_tool': 'string',
    'teller_tool': 'string', 'teller_preference': 'bigint', 'person_key': 'bigint', 'learner': 'string',
    'activity_key': 'string'
}) %}
{%- set built_starts = built('int_enrolment_started', {
    'person_key': 'bigint', 'learner': 'string', 'activity_key': 'string', 'occurred_date': 'date'
}) %}

with

-- Days of which all is looked at again, because who somebody is has changed, or the last build was never confirmed.
looked_at_whole as (
    select occurred_date from {{ ref('int_partitions_touched') }} where not is_compared
),

{{ links_now_and_before() }},

activities as (
    select tool, activity_id, activity_key, is_enrollable from {{ ref('int_activity_harmonised') }}
    union
    select tool, activity_id, activity_key, is_enrollable
    from {{ built('int_activity_harmonised_built', {
        'tool': 'string', 'activity_id': 'string', 'activity_key': 'string', 'is_enrollable': 'boolean'
    }) }}
),

offerings as (
    select tool, activity_id from {{ ref('int_offering_changed') }}
),

persons as (
    select person_key, valid_from, valid_to from {{ ref('int_person_history_changed') }}
),

tokens as (
    select token from {{ ref('int_identity_link_changed') }}
),

-- What tools record of enrolments has no partitions: an export repeats most of it. So all of it is compared.
recorded as (
    select
        tool, record_key, person_token, activity_id, enrolment_id, milestone, occurred_at, occurred_date, due_at,
        due_date, coalesce(decided_by_rule, 'status in ' || tool) as rule
    from {{ ref('int_enrolment_told') }}
    where fate = 'counted'
),

recorded_before as (
    select {{ recorded }} from {{ built_milestones }} as before where record_kind = 'enrolments'
),

recorded_otherwise as (
    select {{ recorded }} from recorded
    except
    select {{ recorded }} from recorded_before
),

recorded_no_more as (
    select {{ recorded }} from recorded_before
    except
    select {{ recorded }} from recorded
),

-- A session of cmi5 decides with all others of its registration.
cmi5_sessions as (
    select session_key, started_date as since_date
    from {{ ref('int_session_united') }}
    where
        method = 'cmi5'
        and registration in (
            select registrations.registration from {{ ref('int_registration_touched') }} as registrations
        )
),

told as (
    select person_token, tool, activity_id, occurred_date, false as is_recorded
    from {{ told_otherwise('int_enrolment_evidenced') }} as evidence
    union all
    select person_token, tool, activity_id, occurred_date, false as is_recorded
    from {{ ref('int_enrolment_evidenced') }}
    where
        cmi5_session_key in (select cmi5_sessions.session_key from cmi5_sessions)
        and {{ since_listed('occurred_date', 'cmi5_sessions') }}
    union all
    select person_token, tool, activity_id, occurred_date, false as is_recorded
    from {{ told_otherwise('int_offering_visited') }} as visited
    union all
    select evidence.person_token, evidence.tool, evidence.activity_id, evidence.occurred_date, false as is_recorded
    from {{ ref('int_enrolment_evidenced') }} as evidence
    inner join offerings on evidence.tool = offerings.tool and evidence.activity_id = offerings.activity_id
    union all
    select visited.person_token, visited.tool, visited.activity_id, visited.occurred_date, false as is_recorded
    from {{ ref('int_offering_visited') }} as visited
    inner join offerings on visited.tool = offerings.tool and visited.activity_id = offerings.activity_id
    union all
    select person_token, tool, activity_id, occurred_date, true as is_recorded
    from recorded_otherwise
    union all
    select recorded.person_token, recorded.tool, recorded.activity_id, recorded.occurred_date, true as is_recorded
    from recorded
    left join offerings on recorded.tool = offerings.tool and recorded.activity_id = offerings.activity_id
    where offerings.tool is not null or recorded.person_token in (select tokens.token from tokens)
),

told_pairs as (
    select distinct {{ learner('links.person_key', 'told.person_token') }} as learner, activities.activity_key
    from told
    inner join activities on told.tool = activities.tool and told.activity_id = activities.activity_id
    left join links on told.person_token = links.token and {{ holds_on('links', 'told.occurred_date') }}
    where activities.is_enrollable or told.is_recorded
),

-- Which store an enrolment is of and named after is asked of the stores together, and seldom answered anew.
stores_before as (
    select distinct tool, held_by, source_tool, teller_tool, teller_preference
    from {{ built_milestones }} as before
),

stores_changed as (
    select before.tool, before.held_by
    from stores_before as before
    left join {{ ref('int_store_united') }} as stores on before.tool = stores.tool
    left join {{ ref('int_store_united') }} as tellers on before.teller_tool = tellers.tool
    where
        coalesce(stores.source_tool, '') <> before.source_tool
        or coalesce(tellers.preference, 0) <> before.teller_preference
        or exists (
            select 1
            from {{ ref('int_store_united') }} as others
            where
                others.preference < before.teller_preference
                and '|' || before.held_by || '|' like '%|' || others.tool || '|%'
        )
),

pairs_before as (
    select learner, activity_key
    from {{ built_milestones }} as before
    where
        record_kind <> 'enrolments'
        and occurred_date in (select looked_at_whole.occurred_date from looked_at_whole)
    union
    select learner, activity_key
    from {{ built_starts }}
    where occurred_date in (select looked_at_whole.occurred_date from looked_at_whole)
    union
    select before.learner, before.activity_key
    from {{ built_milestones }} as before
    inner join offerings on before.tool = offerings.tool and before.activity_id = offerings.activity_id
    union
    select before.learner, before.activity_key
    from {{ built_milestones }} as before
    inner join recorded_no_more
        on before.tool = recorded_no_more.tool and before.record_key = recorded_no_more.record_key
    where before.record_kind = 'enrolments'
    union
    select learner, activity_key
    from {{ built_milestones }} as before
    where record_kind = 'enrolments' and person_token in (select tokens.token from tokens)
    union
    select before.learner, before.activity_key
    from {{ built_milestones }} as before
    inner join stores_changed on before.tool = stores_changed.tool and before.held_by = stores_changed.held_by
    union
    select before.learner, before.activity_key
    from {{ built_milestones }} as before
    inner join persons on before.person_key = persons.person_key and {{ holds_on('persons', 'before.occurred_date') }}
    union
    select starts.learner, starts.activity_key
    from {{ built_starts }} as starts
    inner join persons on starts.person_key = persons.person_key and {{ holds_on('persons', 'starts.occurred_date') }}
),

pairs as (
    select {{ key_of(['learner', 'activity_key']) }} as pair_key, learner, activity_key
    from (
        select * from told_pairs
        union
        select * from pairs_before
    ) as told_or_before
),

listed as (
    select * from pairs
    union
    select pair_key, learner, activity_key
    from {{ unconfirmed({'pair_key': 'string', 'learner': 'string', 'activity_key': 'string'}) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed {{- where_asked_for() }}
)

select * from final
