{{ stage('strategy_goals') }}
