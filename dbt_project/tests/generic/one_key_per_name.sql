{# Everything that shares a name shares the key. #}
{% test one_key_per_name(model, shared, key) %}
select {{ shared }}
from {{ model }}
where {{ shared }} is not null
group by {{ shared }}
having count(distinct {{ key }}) > 1
{% endtest %}
