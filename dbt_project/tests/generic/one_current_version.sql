{# Whoever is known by the day of the build has exactly one current version. #}
{% test one_current_version(model, entity) %}
select {{ entity }}
from {{ model }}
group by {{ entity }}
having
    sum(case when is_current then 1 else 0 end)
    <> max(case when valid_from <= {{ as_of() }} then 1 else 0 end)
{% endtest %}
