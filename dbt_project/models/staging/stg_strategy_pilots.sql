{{ stage('strategy_pilots') }}
