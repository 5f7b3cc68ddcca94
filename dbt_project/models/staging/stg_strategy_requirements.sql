{{ stage('strategy_requirements') }}
