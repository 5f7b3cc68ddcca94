{{ stage('learning_events') }}
