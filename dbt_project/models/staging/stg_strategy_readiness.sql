{{ stage('strategy_readiness') }}
