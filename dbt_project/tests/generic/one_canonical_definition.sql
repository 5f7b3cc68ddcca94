{# Of the definitions of one activity, exactly one holds. #}
{% test one_canonical_definition(model) %}
select activity_id
from {{ model }}
group by activity_id
having sum(case when is_canonical then 1 else 0 end) <> 1
{% endtest %}
