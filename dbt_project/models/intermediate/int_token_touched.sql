{%- set counted_before = built('int_token_counted', {'record_kind': 'string', 'token_number': number_type()}) %}

with

units as (
    select record_kind, unit, change from {{ ref('int_unit_touched') }}
),

-- What a new unit tells is added. What another one told before is not known any more, and hardly ever asked.
told_again as (
    select unit
    from units
    where
        change <> 'new'
        and record_kind in (select before.record_kind from {{ counted_before }} as before)
),

listed as (
    select seen.token_number
    from {{ ref('int_token_seen') }} as seen
    where seen.unit in (select units.unit from units)
    union
    select before.token_number
    from {{ counted_before }} as before
    where exists (select 1 from told_again)
    union
    select token_number
    from {{ unconfirmed({'token_number': number_type()}) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed
)

select * from final
