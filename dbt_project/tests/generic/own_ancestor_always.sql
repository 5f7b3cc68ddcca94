{# Every unit is its own ancestor on all days, at depth 0 and at no other: a roll-up loses nothing of the unit's own. #}
{% test own_ancestor_always(model) %}
with own as (
    select * from {{ model }} where depth = 0 or ancestor_org_unit_key = descendant_org_unit_key
),

units as (
    select distinct org_unit_key from {{ ref('dim_org_unit') }}
)

select units.org_unit_key, own.*
from units
full outer join own on units.org_unit_key = own.descendant_org_unit_key
where
    units.org_unit_key is null
    or own.descendant_org_unit_key is null
    or own.depth <> 0
    or own.ancestor_org_unit_key <> own.descendant_org_unit_key
    or own.valid_from <> {{ beginning_of_time() }}
    or own.valid_to <> {{ end_of_time() }}
{% endtest %}
