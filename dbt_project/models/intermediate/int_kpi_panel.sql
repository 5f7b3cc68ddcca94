{#- The days of a period tell its grain: months may be fiscal, of four weeks or of five. -#}
{%- set days_of = {'week': 7, 'month': 30.436875, 'quarter': 91.310625, 'year': 365.25} -%}
{%- set series = 'kpi_id, definition_version, period_grain' -%}
{%- set fiscal_start = var('fiscal_year_start_month') | int -%}

with

sized as (
    select *, {{ dbt.datediff('period_start', 'period_end', 'day') }} as period_days
    from {{ ref('int_kpi_told') }}
    where org_unit_key <> {{ unknown_key() }}
),

grained as (
    select
        *,
        case
            when period_days = 7 then 'week'
            when period_days between 28 and 35 then 'month'
            when period_days between 84 and 98 then 'quarter'
            when period_days between 360 and 371 then 'year'
        end as period_grain
    from sized
),

-- A ratio of a team is the quotient of its sums, however many systems count a part of it.
cells as (
    select
        {{ series }},
        org_unit_key,
        period_start,
        period_end,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        case
            when count(numerator) = count(*) and sum(denominator) > 0 then sum(numerator) / sum(denominator)
            else avg(value)
        end as value,
        min(first_told_at) as first_told_at
    from grained
    where period_grain is not null and value is not null
    group by {{ series }}, org_unit_key, period_start, period_end
),

periods as (
    select
        {{ series }},
        period_start,
        max(period_end) as period_end,
        min(period_start) over (partition by {{ series }}) as first_start
    from cells
    group by {{ series }}, period_start
),

numbered as (
    select
        periods.*,
        cast(1 + round(
            {{ dbt.datediff('periods.first_start', 'periods.period_start', 'day') }}
            / case periods.period_grain
                {%- for grain, days in days_of.items() %}
                when '{{ grain }}' then {{ days }}
                {%- endfor %}
            end
        ) as bigint) as period_number
    from periods
),

teams as (
    select
        {{ series }},
        org_unit_key,
        min(period_start) as first_observed_start,
        max(period_start) as last_observed_start
    from cells
    group by {{ series }}, org_unit_key
),

-- Every team in every period of the series, so that what is missing is there to be seen.
grid as (
    select
        numbered.*,
        teams.org_unit_key,
        teams.first_observed_start,
        teams.last_observed_start
    from numbered
    inner join teams
        on
            numbered.kpi_id = teams.kpi_id
            and numbered.definition_version = teams.definition_version
            and numbered.period_grain = teams.period_grain
),

final as (
    select
        grid.kpi_id,
        grid.definition_version,
        grid.period_grain,
        grid.org_unit_key,
        grid.period_number,
        grid.period_start,
        grid.period_end,
        extract(year from grid.period_start)
        {%- if fiscal_start > 1 %}
        + case when extract(month from grid.period_start) >= {{ fiscal_start }} then 1 else 0 end
        {%- endif %} as fiscal_year,
        cells.numerator,
        cells.denominator,
        cells.value,
        case
            when cells.value is not null then 'observed'
            when grid.period_start < grid.first_observed_start then 'not_yet'
            when grid.period_start > grid.last_observed_start then 'no_more'
            else 'missing'
        end as cell_state,
        cells.first_told_at
    from grid
    left join cells
        on
            grid.kpi_id = cells.kpi_id
            and grid.definition_version = cells.definition_version
            and grid.period_grain = cells.period_grain
            and grid.org_unit_key = cells.org_unit_key
            and grid.period_start = cells.period_start
)

select * from final
