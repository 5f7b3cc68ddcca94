{#- A stretch of days for each thing that changes: whether the licence is required, held, or the person exempt, and
    where the person works. -#}

with

required as (
    select * from {{ ref('int_certification_required') }}
),

held as (
    select * from {{ ref('int_certification_held') }}
),

told_of as (
    select person_key, certification_id from required
    union
    select person_key, certification_id from held
),

bounds as (
    select told_of.person_key, told_of.certification_id, persons.valid_from as since
    from told_of
    inner join {{ ref('int_person_history') }} as persons on told_of.person_key = persons.person_key
    union
    select person_key, certification_id, valid_from as since from required
    union
    select person_key, certification_id, valid_to as since from required
    union
    select person_key, certification_id, valid_from as since from held
    union
    select person_key, certification_id, valid_to as since from held
),

stretches as (
    select
        *,
        lead(since) over (partition by person_key, certification_id order by since) as until
    from bounds
),

stated as (
    select
        stretches.person_key,
        stretches.certification_id,
        stretches.since,
        stretches.until,
        max(case when required.rule is not null then 1 else 0 end) = 1 as is_required,
        max(case when not held.is_exemption then 1 else 0 end) = 1 as is_valid,
        max(case when held.is_exemption then 1 else 0 end) = 1 as is_exempt,
        max(held.expires_date) as expires_date
    from stretches
    left join required
        on
            stretches.person_key = required.person_key
            and stretches.certification_id = required.certification_id
            and stretches.since >= required.valid_from
            and stretches.since < required.valid_to
    left join held
        on
            stretches.person_key = held.person_key
            and stretches.certification_id = held.certification_id
            and stretches.since >= held.valid_from
            and stretches.since < held.valid_to
    where stretches.until is not null
    group by stretches.person_key, stretches.certification_id, stretches.since, stretches.until
),

final as (
    select
        {{ key_of(['stated.person_key', 'stated.certification_id', 'stated.since']) }} as certification_status_key,
        stated.person_key,
        coalesce(persons.person_sk, {{ unknown_key() }}) as person_sk,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        stated.certification_id,
        stated.since as valid_from,
        stated.until as valid_to,
        stated.is_required,
        stated.is_valid,
        stated.is_exempt,
        stated.is_required and not stated.is_valid and not stated.is_exempt as is_lapsed,
        stated.expires_date
    from stated
    {{ join_person_as_of('stated', 'since') }}
    where stated.is_required or stated.is_valid or stated.is_exempt
)

select * from final
