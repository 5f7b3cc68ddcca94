{{ stage('person_aliases') }}
