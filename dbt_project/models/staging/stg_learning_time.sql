{{ stage('learning_time') }}
