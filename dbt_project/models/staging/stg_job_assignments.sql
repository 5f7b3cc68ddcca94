{{ stage('job_assignments') }}
