{{ stage('activity_decisions') }}
