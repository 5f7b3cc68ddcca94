{{ stage('replays') }}
