{{ stage('strategy_kpis') }}
