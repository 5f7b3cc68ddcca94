{# On one day, at most one row of each entity holds. Unlike the versions of a dimension, the rows may leave gaps. #}
{% test intervals_without_overlap(model, columns) %}
with neighbours as (
    select
        {{ columns | join(', ') }},
        valid_from,
        valid_to,
        lead(valid_from) over (partition by {{ columns | join(', ') }} order by valid_from) as next_valid_from
    from {{ model }}
)

select *
from neighbours
where valid_from >= valid_to or valid_to > next_valid_from
{% endtest %}
