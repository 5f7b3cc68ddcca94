{{ stage('strategy_links') }}
