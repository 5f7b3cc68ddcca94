{{ stage('late_rows') }}
