{%- set kinds = {
    'week': text_of('iso_year') ~ " || '-W' || " ~ two_digits('iso_week_of_year'),
    'month': text_of('year_number') ~ " || '-' || " ~ two_digits('month_of_year'),
    'quarter': text_of('year_number') ~ " || '-Q' || " ~ text_of('quarter_of_year'),
    'year': text_of('year_number'),
    'fiscal_month': "'FY' || " ~ text_of('fiscal_year') ~ " || '-M' || " ~ two_digits('fiscal_month'),
    'fiscal_quarter': "'FY' || " ~ text_of('fiscal_year') ~ " || '-Q' || " ~ text_of('fiscal_quarter'),
    'fiscal_year': "'FY' || " ~ text_of('fiscal_year'),
} %}

with

-- A week belongs to the year that its Thursday lies in (ISO 8601).
days as (
    select
        *,
        cast(extract(year from {{ dbt.dateadd('day', 3, 'week_start_date') }}) as integer) as iso_year
    from {{ ref('dim_date') }}
),

named as (
    {%- for kind, name in kinds.items() %}
    select
        date_day,
        '{{ kind }}' as period_kind,
        {{ name }} as period_name
    from days
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

periods as (
    select
        period_kind,
        period_name,
        min(date_day) as first_day,
        max(date_day) as last_day,
        count(*) as days
    from named
    group by period_kind, period_name
),

final as (
    select
        period_kind || ' ' || period_name as period_key,
        period_kind,
        period_name,
        first_day as period_start,
        {{ day_after('last_day') }} as period_end,
        cast(days as {{ dbt.type_int() }}) as days,
        last_day < {{ as_of() }} as is_over
    from periods
)

select * from final
