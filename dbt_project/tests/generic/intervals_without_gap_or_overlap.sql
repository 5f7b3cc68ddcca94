{# Versions of one entity follow each other without a gap, do not overlap, are not empty, and the last one is open. #}
{% test intervals_without_gap_or_overlap(model, entity) %}
with neighbours as (
    select
        {{ entity }},
        valid_from,
        valid_to,
        lead(valid_from) over (partition by {{ entity }} order by valid_from) as next_valid_from
    from {{ model }}
)

select *
from neighbours
where valid_from >= valid_to or valid_to <> coalesce(next_valid_from, {{ end_of_time() }})
{% endtest %}
