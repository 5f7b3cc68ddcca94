with

links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
),

activities as (
    select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
),

-- An observation that is delivered again with another rating is a correction: the last word counts.
delivered as (
    select
        *,
        -- Units that landed before the local day was told have the day in UTC.
        coalesce(observed_date, cast(observed_at as date)) as local_date,
        {{ recency_of_record() }} as recency
    from {{ ref('stg_observations') }}
),

resolved as (
    select
        delivered.*,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key
    from delivered
    left join links
        on delivered.person_token = links.token and {{ holds_on('links', 'delivered.local_date') }}
    left join activities on delivered.tool = activities.tool and delivered.activity_id = activities.activity_id
    where delivered.recency = 1
),

final as (
    select
        {{ key_of(['resolved.tool', 'resolved.record_key']) }} as observation_key,
        resolved.tool,
        resolved.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        resolved.activity_key,
        resolved.behaviour_id,
        resolved.observation_type,
        resolved.observer_type,
        resolved.observed_at,
        resolved.local_date as observed_date,
        resolved.rating >= resolved.standard as is_standard_met,
        resolved.assist_level
    from resolved
    {{ join_person_as_of('resolved', 'local_date') }}
)

select * from final
