{#
    Whether a void counts: its tool lists no authorities, or lists this one. The lists come from settings.yml
    (`tools: {xapi: {voiding_authorities: […]}}`) as `tool:token` pairs, since the warehouse knows tokens only.
#}
{% macro may_void(tool, authority_token) -%}
    {%- set listed = env_var('THROUGHLINE_VOIDING_AUTHORITIES', '').split(',') | select | list -%}
    {%- set tools = [] -%}
    {%- for pair in listed -%}{%- do tools.append(pair.rpartition(':')[0]) -%}{%- endfor -%}
    {%- if listed -%}
        ({{ tool }} not in ('{{ tools | unique | join("', '") }}')
        or {{ tool }} || ':' || coalesce({{ authority_token }}, '') in ('{{ listed | join("', '") }}'))
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
