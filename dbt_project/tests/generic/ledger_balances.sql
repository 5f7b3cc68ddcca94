{# Nothing is lost: every record that was read has landed, was rejected, was a duplicate, or was erased. #}
{% test ledger_balances(model) %}
select *
from {{ model }}
where rows_read <> rows_landed + rows_rejected + rows_duplicate + rows_erased
{% endtest %}
