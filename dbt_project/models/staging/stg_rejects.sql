{{ stage('rejects') }}
