{{ stage('enrolments') }}
