{{ stage('org_units') }}
