{{ vouched_for() }}

select tool, activity_id, activity_key, is_enrollable, is_formal from {{ ref('int_activity_harmonised') }}
