{{ config(pre_hook="{{ forget_confirmed() }}") }}

with

ledger as (
    select * from {{ ref('stg_ledger') }} where status = 'landed'
),

before as (
    select * from {{ built('int_unit_built', {
        'tool': 'string', 'record_kind': 'string', 'unit': 'string', 'landed_at': 'timestamp'
    }) }}
),

differing as (
    select
        coalesce(ledger.tool, before.tool) as tool,
        coalesce(ledger.record_kind, before.record_kind) as record_kind,
        coalesce(ledger.unit, before.unit) as unit,
        case
            when before.unit is null then 'new'
            when ledger.unit is null then 'removed'
            else 'changed'
        end as change
    from ledger
    full outer join before
        on
            ledger.tool = before.tool
            and ledger.record_kind = before.record_kind
            and ledger.unit = before.unit
    where
        before.unit is null
        or ledger.unit is null
        or ledger.landed_at <> before.landed_at
),

unconfirmed as (
    select * from {{ unconfirmed({'tool': 'string', 'record_kind': 'string', 'unit': 'string'}) }}
),

final as (
    select
        *,
        '{{ invocation_id }}' as build_id
    from differing
    union all
    select
        unconfirmed.tool,
        unconfirmed.record_kind,
        unconfirmed.unit,
        'unconfirmed' as change,
        '{{ invocation_id }}' as build_id
    from unconfirmed
    left join differing
        on
            unconfirmed.tool = differing.tool
            and unconfirmed.record_kind = differing.record_kind
            and unconfirmed.unit = differing.unit
    where differing.unit is null
)

select * from final
