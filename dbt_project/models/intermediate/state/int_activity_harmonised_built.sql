{{ vouched_for() }}

select tool, activity_id, activity_key from {{ ref('int_activity_harmonised') }}
