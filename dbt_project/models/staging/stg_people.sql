{{ stage('people') }}
