{{ stage('capability_assessments') }}
