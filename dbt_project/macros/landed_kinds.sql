{# The record kinds, in the order of connectors/records.py; landing_contract.py writes this list. #}
{% macro landed_kinds() -%}
    {{ return([
        'statements', 'learning_events', 'people', 'job_assignments', 'absences', 'org_units', 'positions', 'accounts',
        'activities', 'enrolments', 'attendances', 'assessments', 'learning_time', 'certifications',
        'survey_responses', 'observations', 'kpi_values', 'capability_assessments', 'costs', 'strategy_vision',
        'strategy_target_mix', 'strategy_goals', 'strategy_kpis', 'strategy_capabilities',
        'strategy_capability_targets', 'strategy_ld_maturity', 'strategy_initiatives', 'strategy_links',
        'strategy_enrolment_policies', 'strategy_agreements', 'strategy_requirements', 'strategy_pilots',
        'strategy_readiness'
    ]) }}
{%- endmacro %}
