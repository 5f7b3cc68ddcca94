{{ stage('strategy_ld_maturity') }}
