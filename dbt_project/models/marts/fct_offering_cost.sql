{#- What each offering of an activity that several tools teach cost in a year. The cheapest would have been enough: of
    the others, the cost is spent twice. Only lines that name both activity and tool can be put down to an offering. -#}

with

activities as (
    select activity_key
    from {{ ref('dim_learning_activity') }}
    where is_current and is_enrollable and tool_count > 1
),

offerings as (
    select distinct offered.activity_key, tools.source_tool as tool
    from {{ ref('bridge_activity_tool') }} as offered
    inner join activities on offered.activity_key = activities.activity_key
    inner join {{ ref('dim_tool') }} as tools on offered.tool = tools.tool
),

spent as (
    select
        costs.activity_key,
        coalesce(tools.source_tool, costs.cost_tool) as tool,
        cast({{ dbt.date_trunc('year', 'costs.period_start') }} as date) as year_start,
        sum(costs.amount) as cost_eur
    from {{ ref('fct_learning_cost') }} as costs
    left join {{ ref('dim_tool') }} as tools on costs.cost_tool = tools.tool
    where costs.currency = 'EUR' and costs.cost_tool is not null and costs.activity_key <> {{ unknown_key() }}
    group by
        costs.activity_key, coalesce(tools.source_tool, costs.cost_tool),
        {{ dbt.date_trunc('year', 'costs.period_start') }}
),

years as (
    select distinct cast({{ dbt.date_trunc('year', 'period_start') }} as date) as year_start
    from {{ ref('fct_learning_cost') }}
),

priced as (
    select
        offerings.activity_key,
        offerings.tool,
        years.year_start,
        spent.cost_eur,
        count(spent.cost_eur) over (partition by offerings.activity_key, years.year_start) as offerings_priced,
        row_number() over (
            partition by offerings.activity_key, years.year_start
            order by case when spent.cost_eur is null then 1 else 0 end, spent.cost_eur, offerings.tool
        ) as cheapness
    from offerings
    cross join years
    left join spent
        on
            offerings.activity_key = spent.activity_key
            and offerings.tool = spent.tool
            and years.year_start = spent.year_start
),

final as (
    select
        {{ key_of(['activity_key', 'tool', 'year_start']) }} as offering_cost_key,
        activity_key,
        tool,
        year_start,
        cost_eur,
        case
            when offerings_priced < 2 or cost_eur is null then null
            when cheapness = 1 then 0
            else cost_eur
        end as duplicate_cost_eur
    from priced
)

select * from final
