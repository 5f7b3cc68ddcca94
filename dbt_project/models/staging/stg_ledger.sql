{{ stage('ledger') }}
