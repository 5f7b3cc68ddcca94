{{ stage('absences') }}
