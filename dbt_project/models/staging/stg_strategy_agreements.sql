{{ stage('strategy_agreements') }}
