{{ stage('strategy_capability_targets') }}
