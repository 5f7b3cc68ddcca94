{{ stage('kpi_values') }}
