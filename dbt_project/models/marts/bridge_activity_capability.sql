{{ strategy_bridge('activity', 'activity_key', 'capability', 'capability_id') }}
