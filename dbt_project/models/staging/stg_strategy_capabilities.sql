{{ stage('strategy_capabilities') }}
