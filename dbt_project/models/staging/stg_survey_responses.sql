{{ stage('survey_responses') }}
