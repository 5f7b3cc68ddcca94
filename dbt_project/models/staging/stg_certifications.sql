{{ stage('certifications') }}
