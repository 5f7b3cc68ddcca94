{{ config(alias='reconciliation') }}

{%- set read_as = ['read', 'landed', 'rejected', 'duplicate', 'erased'] %}
{%- set leavers = [
    'redelivered', 'corrected', 'conflicting', 'voiding', 'voided', 'repeated', 'of_part', 'personal', 'requirement',
    'without_time'
] %}

with

ledger as (
    select
        tool,
        record_kind,
        unit,
        status,
        {%- for part in read_as %}
        coalesce(rows_{{ part }}, 0) as rows_{{ part }},
        {%- endfor %}
        cast(extracted_at as date) as extracted_date
    from {{ ref('stg_ledger') }}
),

fates as (
    select
        tool,
        record_kind,
        unit,
        {%- for fate in leavers %}
        sum(case when fate = '{{ fate }}' then row_count else 0 end) as rows_{{ fate }},
        {%- endfor %}
        sum(case when fate = 'in_fact' then row_count else 0 end) as rows_in_fact,
        -- A row that nobody explains, and one that a fact counts twice, are both amiss.
        sum(case when fate = 'unexplained' then 0 else row_count end) as rows_accounted
    from {{ ref('trust_row_fates') }}
    group by tool, record_kind, unit
),

units as (
    select
        ledger.*,
        ledger.record_kind in ('{{ kinds_of_facts() | join("', '") }}') as has_fact,
        coalesce(staged.row_count, 0) as rows_staged,
        {%- for fate in leavers %}
        coalesce(fates.rows_{{ fate }}, 0) as rows_{{ fate }},
        {%- endfor %}
        coalesce(fates.rows_in_fact, 0) as rows_in_fact,
        coalesce(fates.rows_accounted, 0) as rows_accounted
    from ledger
    left join {{ ref('int_unit_staged') }} as staged
        on ledger.tool = staged.tool and ledger.record_kind = staged.record_kind and ledger.unit = staged.unit
    left join fates
        on ledger.tool = fates.tool and ledger.record_kind = fates.record_kind and ledger.unit = fates.unit
),

-- Unit by unit, so that a loss in one can't hide behind a surplus in another of the same day.
settled as (
    select
        *,
        abs(rows_read - rows_landed - rows_rejected - rows_duplicate - rows_erased)
        + abs(rows_landed - rows_staged)
        + case when has_fact then abs(rows_staged - rows_accounted) else 0 end as unexplained
    from units
),

final as (
    select
        tool,
        record_kind,
        extracted_date,
        cast(count(case when status = 'landed' then 1 end) as bigint) as units_landed,
        cast(count(case when status = 'refused' then 1 end) as bigint) as units_refused,
        {%- for part in read_as + ['staged'] + leavers %}
        cast(sum(rows_{{ part }}) as bigint) as rows_{{ part }},
        {%- endfor %}
        cast(sum(case when has_fact then rows_in_fact end) as bigint) as rows_in_fact,
        cast(sum(unexplained) as bigint) as unexplained
    from settled
    group by tool, record_kind, extracted_date
)

select * from final
