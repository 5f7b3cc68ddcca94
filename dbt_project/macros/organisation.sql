{# What an organisation says of itself in settings.yml (`organisation:`), as pipelines/organisation.py hands it on. #}

{# The month that the fiscal year starts in. #}
{% macro fiscal_year_start_month() -%}
    {{ return((env_var('THROUGHLINE_FISCAL_YEAR_START', '') or var('fiscal_year_start_month')) | int) }}
{%- endmacro %}


{# Whether a provider is the organisation itself; null where it does not say which providers are. #}
{% macro is_internal_provider(provider) -%}
    {%- set listed = env_var('THROUGHLINE_INTERNAL_PROVIDERS', '').split('|') | select | list -%}
    {%- if listed -%}
        lower(trim({{ provider }})) in (
            {%- for name in listed %}lower('{{ name.replace("'", "''") }}'){{ ', ' if not loop.last }}{% endfor -%}
        )
    {%- else -%}
        cast(null as {{ dbt.type_boolean() }})
    {%- endif -%}
{%- endmacro %}


{# Providers are told by name alone, whoever tells them. #}
{% macro provider_key(provider) -%}
    case when {{ provider }} is null then {{ unknown_key() }} else md5(lower(trim({{ provider }}))) end
{%- endmacro %}
