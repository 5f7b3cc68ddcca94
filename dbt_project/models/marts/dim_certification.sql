{#- What a licence demands may differ between positions; of one day, the strictest demand describes it. -#}

with

required as (
    select
        certification_id,
        position_id,
        regulator,
        cycle_months,
        validity_months,
        cpd_hours,
        coalesce(valid_from, {{ beginning_of_time() }}) as valid_from,
        coalesce(valid_to, {{ end_of_time() }}) as valid_to
    from (select *, {{ recency_of_record() }} as recency from {{ ref('stg_strategy_requirements') }}) as told
    where recency = 1
),

registered as (
    select
        certification_id,
        certification_name,
        regulator,
        row_number() over (
            partition by certification_id
            order by case when certification_name is null then 1 else 0 end, event_date desc, certification_event_key
        ) as recency
    from {{ ref('int_certification_told') }}
),

certifications as (
    select certification_id from required
    union
    select certification_id from registered
),

bounds as (
    select certification_id, {{ beginning_of_time() }} as since from certifications
    union
    select certification_id, valid_from as since from required
    union
    select certification_id, valid_to as since from required where valid_to < {{ end_of_time() }}
),

demanded as (
    select
        bounds.certification_id,
        bounds.since,
        min(required.regulator) as regulator,
        min(required.cycle_months) as cycle_months,
        min(required.validity_months) as validity_months,
        max(required.cpd_hours) as cpd_hours,
        count(required.position_id) > 0 as is_required_by_strategy
    from bounds
    left join required
        on
            bounds.certification_id = required.certification_id
            and bounds.since >= required.valid_from
            and bounds.since < required.valid_to
    group by bounds.certification_id, bounds.since
),

fingerprinted as (
    select
        *,
        {{ key_of(['regulator', 'cycle_months', 'validity_months', 'cpd_hours', 'is_required_by_strategy']) }}
            as fingerprint
    from demanded
),

compared as (
    select *, lag(fingerprint) over (partition by certification_id order by since) as previous_fingerprint
    from fingerprinted
),

versions as (
    select
        *,
        coalesce(lead(since) over (partition by certification_id order by since), {{ end_of_time() }}) as until
    from compared
    where previous_fingerprint is null or previous_fingerprint <> fingerprint
),

final as (
    select
        {{ key_of(['versions.certification_id', 'versions.since']) }} as certification_sk,
        versions.certification_id,
        versions.since as valid_from,
        versions.until as valid_to,
        {{ as_of() }} >= versions.since and {{ as_of() }} < versions.until as is_current,
        registered.certification_name,
        coalesce(versions.regulator, registered.regulator) as regulator,
        versions.cycle_months,
        versions.validity_months,
        versions.cpd_hours,
        versions.is_required_by_strategy
    from versions
    left join registered on versions.certification_id = registered.certification_id and registered.recency = 1
)

select * from final
