{{ strategy_bridge('goal', 'goal_id', 'kpi', 'kpi_id') }}
