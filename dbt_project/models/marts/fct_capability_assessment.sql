with

delivered as (
    select
        *,
        -- Units that landed before the local day was told have the day in UTC.
        coalesce(assessed_date, cast(assessed_at as date)) as local_date,
        {{ recency_of_record() }} as recency
    from {{ ref('stg_capability_assessments') }}
),

resolved as (
    select
        delivered.*,
        coalesce(links.person_key, {{ unknown_person() }}) as person_key
    from delivered
    {{ join_link('delivered', 'person_token', 'delivered.local_date') }}
    where delivered.recency = 1
),

final as (
    select
        {{ key_of(['resolved.tool', 'resolved.record_key']) }} as assessment_key,
        resolved.tool,
        resolved.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        resolved.capability_id,
        resolved.assessed_at,
        resolved.local_date as assessed_date,
        resolved.level,
        resolved.target_level,
        resolved.level >= resolved.target_level as is_target_met,
        resolved.scale_max,
        resolved.method,
        resolved.assessor_type,
        resolved.expires_date
    from resolved
    {{ join_person_as_of('resolved', 'local_date') }}
)

select * from final
