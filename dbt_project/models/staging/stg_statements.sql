{{ stage('statements') }}
