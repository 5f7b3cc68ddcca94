{{ config(alias='replays') }}

with

replays as (
    select * from {{ ref('stg_replays') }}
),

final as (
    select
        tool,
        unit,
        record_kind,
        source_file,
        replayed_at,
        {%- for when in ['before', 'after'] %}
        declaration_version_{{ when }},
        status_{{ when }},
        {%- for part in ['read', 'landed', 'rejected', 'duplicate'] %}
        rows_{{ part }}_{{ when }}{{ ',' if not (loop.last and when == 'after') }}
        {%- endfor %}
        {%- endfor %}
    from replays
)

select * from final
