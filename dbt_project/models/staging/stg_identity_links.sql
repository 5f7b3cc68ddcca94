{{ stage('identity_links') }}
