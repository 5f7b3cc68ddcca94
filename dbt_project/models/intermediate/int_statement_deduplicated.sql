{%- set located = ref('int_event_located') %}
{%- set by_id %}partition by located.record_key order by {{ first_copy('located') }}{% endset %}

with

{{ repeated_numbers('statements') }},

copies as (
    select
        located.record_key as statement_id,
        located.body_hash,
        located.untimed_hash,
        located.tool,
        located.unit,
        located.occurred_date,
        row_number() over ({{ by_id }}) as copy_number,
        count(*) over (partition by located.record_key) as copy_count,
        first_value(located.body_hash) over ({{ by_id }}) as counted_body_hash,
        first_value(located.untimed_hash) over ({{ by_id }}) as counted_untimed_hash,
        first_value(located.tool) over ({{ by_id }}) as counted_tool,
        first_value(located.unit) over ({{ by_id }}) as counted_unit
    from {{ located }} as located
    where
        located.record_kind = 'statements'
        and located.record_number in {{ numbers_listed('record_number', 'repeated_numbers') }}
),

final as (
    select
        statement_id,
        body_hash,
        tool,
        unit,
        occurred_date,
        counted_body_hash,
        counted_tool,
        counted_unit,
        case
            when copy_number = 1 then 'counted'
            when body_hash = counted_body_hash then 'redelivered'
            -- Neither time is the sender's: an LRS may have filled it in.
            when untimed_hash = counted_untimed_hash then 'redelivered'
            else 'conflicting'
        end as fate
    from copies
    -- Of two ids that share a number, each has one copy.
    where copy_count > 1
)

select * from final
