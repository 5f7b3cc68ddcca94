{{ stage('strategy_enrolment_policies') }}
