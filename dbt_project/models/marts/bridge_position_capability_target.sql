with

told as (
    select *, {{ recency_of_record() }} as recency from {{ ref('stg_strategy_capability_targets') }}
),

final as (
    select
        {{ key_of(['tool', 'record_key']) }} as capability_target_key,
        coalesce(position_id, {{ unknown_key() }}) as position_id,
        {{ org_unit_key('org_unit_id') }} as org_unit_key,
        capability_id,
        year as target_year,
        target_level,
        persons_wanted,
        coalesce(valid_from, {{ beginning_of_time() }}) as valid_from,
        coalesce(valid_to, {{ end_of_time() }}) as valid_to,
        {{ as_of() }} >= coalesce(valid_from, {{ beginning_of_time() }})
        and {{ as_of() }} < coalesce(valid_to, {{ end_of_time() }}) as is_current
    from told
    where recency = 1
)

select * from final
