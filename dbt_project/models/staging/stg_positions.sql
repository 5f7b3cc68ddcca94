{{ stage('positions') }}
