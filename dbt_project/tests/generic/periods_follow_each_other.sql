{# Periods of one kind follow each other without a gap, do not overlap, and have as many days as they say. #}
{% test periods_follow_each_other(model) %}
with neighbours as (
    select *, lead(period_start) over (partition by period_kind order by period_start) as next_period_start
    from {{ model }}
)

select *
from neighbours
where
    period_end <> coalesce(next_period_start, period_end)
    or days <> {{ dbt.datediff('period_start', 'period_end', 'day') }}
{% endtest %}
