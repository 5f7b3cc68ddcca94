with

-- An observation that is delivered again with another rating is a correction: the last word counts.
delivered as (
    select *, coalesce(observed_date, cast(observed_at as date)) as local_date, {{ recency_of_record() }} as recency
    from {{ ref('stg_observations') }}
),

final as (
    select
        {{ key_of(['delivered.tool', 'delivered.record_key']) }} as observation_key,
        delivered.tool,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        coalesce(activities.activity_key, {{ unknown_key() }}) as activity_key,
        delivered.behaviour_id,
        delivered.observation_type,
        delivered.observer_type,
        delivered.local_date as observed_date,
        delivered.rating,
        delivered.rating >= delivered.standard as is_standard_met,
        delivered.assist_level
    from delivered
    {{ join_link('delivered', 'person_token', 'delivered.local_date') }}
    {{ join_activity('delivered') }}
    where delivered.recency = 1
)

select * from final
