{#
    One landing table as a staging model: every column of the contract, cast to its type, of the units whose ledger
    row says that they landed. A file without that row is a landing that never finished, and counts for nothing.
    A later version of a contract is united here, by one more select.
#}
{% macro stage(name) -%}
    {%- set landing = source('landing', name) -%}
    {%- set has_units = name not in ['ledger', 'rejects', 'late_rows', 'replays', 'identity_links', 'person_aliases', 'activity_decisions'] -%}
    {%- if has_units -%}{%- set ledger = ref('stg_ledger') -%}{%- endif -%}
    {%- if execute -%}
        {%- set columns = graph.sources['source.' ~ project_name ~ '.landing.' ~ name].columns.values() -%}
    {%- endif -%}
with

landed as (
    select
        {%- for column in columns | default([]) %}
        cast({{ column.name }} as {{ api.Column.translate_type(column.data_type) }}) as {{ column.name }}
            {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ landing }} as landed_files
){% if has_units %},

finished as (
    select landed.*
    from landed
    where
        exists (
            select 1
            from {{ ledger }} as ledger
            where
                ledger.record_kind = '{{ name }}'
                and ledger.status = 'landed'
                and ledger.tool = landed.tool
                and ledger.unit = landed.unit
        )
)

select * from finished
{%- else %}

select * from landed
{%- endif %}
{%- endmacro %}
