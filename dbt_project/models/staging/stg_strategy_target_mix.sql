{{ stage('strategy_target_mix') }}
