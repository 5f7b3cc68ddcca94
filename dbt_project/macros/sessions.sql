{#
    What belongs together in statements: sessions, told by a profile or by the clock. The rules are here because two
    models need each of them; docs/decisions/0053-an-attempt-names-its-method.md gives the reasons.
#}

{# The members of a JSON object that landed as text, by name: one pass, however many names. #}
{% macro json_members(column, names) -%}
    {{ return(adapter.dispatch('json_members')(column, names)) }}
{%- endmacro %}


{% macro default__json_members(column, names) -%}
    from_json({{ column }}, 'map<string,string>')
{%- endmacro %}


{% macro duckdb__json_members(column, names) -%}
    json_transform(
        {{ column }}, '{
            {%- for name in names -%}
                "{{ name }}":"VARCHAR" {{- ',' if not loop.last -}}
            {%- endfor -%}
        }'
    )
{%- endmacro %}


{# One row for each part of a delimited text; stands in a select list. #}
{% macro each_part(column, delimiter) -%}
    {{ return(adapter.dispatch('each_part')(column, delimiter)) }}
{%- endmacro %}


{% macro default__each_part(column, delimiter) -%}
    explode(split({{ column }}, '\\Q{{ delimiter }}\\E'))
{%- endmacro %}


{% macro duckdb__each_part(column, delimiter) -%}
    unnest(string_split({{ column }}, '{{ delimiter }}'))
{%- endmacro %}


{% macro cmi5_context(name) -%}https://w3id.org/xapi/cmi5/context/extensions/{{ name }}{%- endmacro %}
{% macro video_extension(name) -%}https://w3id.org/xapi/video/extensions/{{ name }}{%- endmacro %}


{# A statement is defined by cmi5 if it has the category of that name; others in a session are only allowed. #}
{% macro is_cmi5_defined(statements) -%}
    coalesce(
        {{ statements }}.category_activity_ids like '%"https://w3id.org/xapi/cmi5/context/categories/cmi5"%', false
    )
{%- endmacro %}


{# The profile whose session a statement is part of: cmi5 or scorm; empty for none. #}
{% macro session_profile(statements) -%}
    case
        when
            {{ is_cmi5_defined(statements) }}
            or {{ statements }}.context_extensions like '%"{{ cmi5_context("sessionid") }}"%'
            then 'cmi5'
        when
            {{ statements }}.session_id is not null
            and coalesce({{ statements }}.context_extensions, '') not like '%"{{ video_extension("session-id") }}"%'
            then 'scorm'
    end
{%- endmacro %}


{# The key of a profile's session: the same in every tool that tells of it. #}
{% macro profile_session_key(profile, registration, session_id) -%}
    {{ key_of([profile, registration, session_id]) }}
{%- endmacro %}


{# How long nothing may be told before a stretch of learning has ended, where nothing else says so. #}
{% macro idle_limit_after(instant) -%}
    {{ dbt.dateadd('minute', var('idle_minutes'), instant) }}
{%- endmacro %}


{#
    When the criterion of an assignable unit was met (moveOn); empty where it isn't yet. A unit whose criterion nobody
    told counts as met by either verb.
#}
{% macro move_on_met_at(move_on, completed_at, passed_at, opened_at) -%}
    case coalesce({{ move_on }}, 'CompletedOrPassed')
        when 'Passed' then {{ passed_at }}
        when 'Completed' then {{ completed_at }}
        when 'CompletedAndPassed'
            then case
                when {{ completed_at }} is not null and {{ passed_at }} is not null
                    then greatest({{ completed_at }}, {{ passed_at }})
            end
        when 'CompletedOrPassed' then least({{ completed_at }}, {{ passed_at }})
        when 'NotApplicable' then {{ opened_at }}
    end
{%- endmacro %}


{# The thread of a stretch of evidence. By the clock alone, what two identifiers of one person tell is one thread. #}
{% macro united_thread() -%}
    case when method = 'gap' then {{ key_of(['learner', 'activity_id']) }} else thread_key end
{%- endmacro %}
