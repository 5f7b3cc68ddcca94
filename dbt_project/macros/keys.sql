{#
    A key made of columns: the same on every engine and in every order of arrival. Empty and missing are the same,
    as they are in the record keys of landing.
#}
{% macro key_of(columns) -%}
    md5({% for column in columns -%}
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), '')
        {%- if not loop.last %} || '|' || {% endif -%}
    {%- endfor %})
{%- endmacro %}


{#
    A number of 64 bits beside a key: of a long history that is asked for a few keys, an engine compares 8 bytes a row
    and leaves the texts where they are. Keys may share a number, so who asks by it can bear a row too many or asks for
    the key besides. Another engine, or another version of one, has other numbers: they are published nowhere, and
    `code_version` sees to it that two of them never meet.
#}
{% macro number_of(columns) -%}
    {{ return(adapter.dispatch('number_of')(columns)) }}
{%- endmacro %}


{% macro duckdb__number_of(columns) -%}
    hash({{ columns | join(', ') }})
{%- endmacro %}


{% macro spark__number_of(columns) -%}
    xxhash64({{ columns | join(', ') }})
{%- endmacro %}


{# The key of an event: a statement is one event whichever tool it comes from, a record of a log is its tool's own. #}
{% macro event_key(record_kind, tool, record_key) -%}
    {{ key_of([record_kind, "case when " ~ record_kind ~ " <> 'statements' then " ~ tool ~ " end", record_key]) }}
{%- endmacro %}


{% macro number_type() -%}
    {{ return(adapter.dispatch('number_type')()) }}
{%- endmacro %}


{% macro duckdb__number_type() -%}ubigint{%- endmacro %}
{% macro spark__number_type() -%}bigint{%- endmacro %}


{# The number of a record: of a statement's id whichever tool it comes from, of any other key within its scope. #}
{% macro record_number(record_key, scope="''") -%}
    {{ number_of([scope, record_key]) }}
{%- endmacro %}


{# The member that stands for what is not known, of keys that are text and of person_key. #}
{% macro unknown_key() -%}'-1'{%- endmacro %}
{% macro unknown_person() -%}-1{%- endmacro %}


{# Learners whom we can't tell apart by person are still told apart by the identifier that their tool uses. #}
{% macro learner(person_key, person_token) -%}
    case
        when coalesce({{ person_key }}, {{ unknown_person() }}) = {{ unknown_person() }} then {{ person_token }}
        else cast({{ person_key }} as {{ dbt.type_string() }})
    end
{%- endmacro %}


{#
    The durable key of an organisational unit. Unit ids are the organisation's own: HR, the survey tool and the KPI
    system write the same id for the same unit, so the tool is no part of the key.
#}
{% macro org_unit_key(org_unit_id) -%}
    case when {{ org_unit_id }} is null then {{ unknown_key() }} else md5({{ org_unit_id }}) end
{%- endmacro %}
