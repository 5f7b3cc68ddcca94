{{ stage('assessments') }}
