with

pairs as (
    select pair_key from {{ ref('int_enrolment_touched') }}
),

enrolments_before as (
    select distinct pair_key, enrolment_key
    from {{ built('int_enrolment_numbered', {'pair_key': 'string', 'enrolment_key': 'string'}) }} as before
    where pair_key in {{ keys_listed('pair_key', 'pairs') }}
),

listed as (
    select pairs.pair_key, enrolments_before.enrolment_key
    from pairs
    left join enrolments_before on pairs.pair_key = enrolments_before.pair_key
    union
    select pair_key, enrolment_key
    from {{ unconfirmed({'pair_key': 'string', 'enrolment_key': 'string'}) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed {{- where_asked_for() }}
)

select * from final
