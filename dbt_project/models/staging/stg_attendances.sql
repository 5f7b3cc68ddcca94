{{ stage('attendances') }}
