{{ stage('strategy_initiatives') }}
