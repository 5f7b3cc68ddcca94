{{ stage('strategy_vision') }}
