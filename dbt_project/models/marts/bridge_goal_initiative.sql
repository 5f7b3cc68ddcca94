{{ strategy_bridge('goal', 'goal_id', 'initiative', 'initiative_id') }}
