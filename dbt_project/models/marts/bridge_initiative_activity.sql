{{ strategy_bridge('initiative', 'initiative_id', 'activity', 'activity_key') }}
