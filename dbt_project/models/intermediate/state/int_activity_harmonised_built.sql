{{ vouched_for() }}

select tool, activity_id, activity_key, title, activity_kind, is_enrollable, is_formal
from {{ ref('int_activity_harmonised') }}
