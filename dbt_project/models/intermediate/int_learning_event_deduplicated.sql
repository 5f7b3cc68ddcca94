{%- set located = ref('int_event_located') %}
{%- set by_key %}partition by located.tool, located.record_key{% endset %}

with

{{ repeated_numbers('learning_events') }},

copies as (
    select
        located.tool,
        located.record_key,
        located.unit,
        located.occurred_date,
        row_number() over ({{ by_key }} order by located.extracted_at, located.unit) as copy_number,
        count(*) over ({{ by_key }}) as copy_count
    from {{ located }} as located
    where
        located.record_kind = 'learning_events'
        and located.record_number in {{ numbers_listed('record_number', 'repeated_numbers') }}
),

final as (
    select
        tool,
        record_key,
        unit,
        occurred_date,
        case when copy_number = 1 then 'counted' else 'redelivered' end as fate
    from copies
    -- Of two keys that share a number, each has one copy.
    where copy_count > 1
)

select * from final
