{#- What the registers say of each licence, event by event, of known persons: corrections replace what they correct. -#}

with

delivered as (
    select *, {{ recency_of_record() }} as recency from {{ ref('stg_certifications') }}
),

final as (
    select
        {{ key_of(['delivered.tool', 'delivered.record_key']) }} as certification_event_key,
        delivered.tool,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key,
        delivered.certification_id,
        delivered.certification_name,
        delivered.event,
        delivered.event_date,
        delivered.valid_to as expires_date,
        delivered.cpd_hours,
        delivered.regulator
    from delivered
    {{ join_link('delivered', 'person_token', 'delivered.event_date') }}
    where delivered.recency = 1
)

select * from final
