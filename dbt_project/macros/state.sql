{#
    What the last successful build was made from. The models `int_*_built` are copies of their namesakes that depend
    on the facts, so dbt itself sees to it that they move only after the facts were built and their tests passed.
    They are read here by name and not by ref(), because a ref() would close a circle.

    `columns` are name: type pairs; they give the empty relation its shape before the first build.
#}
{% macro built(model_name, columns, schema='intermediate') -%}
    {%- set relation = adapter.get_relation(target.database, schema, model_name) if execute and model_name -%}
    {%- if relation and not is_whole_build() -%}
        {{ relation }}
    {%- else -%}
        (
            select
                {%- for name, type in columns.items() %}
                cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
                {%- endfor %}
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}


{#
    What the state of a build vouches for: it moves only after these were built and their tests passed. A model that is
    built by partitions belongs here.
#}
{% macro vouched_for() -%}
    {%- for model in [
        'audit_learning_event_by_day',
        'fct_assessment_result',
        'fct_attempt',
        'fct_completion',
        'fct_enrolment',
        'fct_learning_event',
        'fct_learning_event_daily',
        'fct_learning_time',
        'fct_registration',
        'int_assessment_resulted',
        'int_attempt_decided',
        'int_definition_seen',
        'int_enrolment_evidenced',
        'int_enrolment_milestone',
        'int_enrolment_numbered',
        'int_enrolment_started',
        'int_event_located',
        'int_learning_event_explained',
        'int_learning_time_evidenced',
        'int_learning_time_united',
        'int_offering_learned',
        'int_offering_seen',
        'int_offering_told',
        'int_offering_visited',
        'int_registration_satisfied',
        'int_session_evidenced',
        'int_session_united',
        'int_statement_assessed',
        'int_statement_conflicting',
        'int_statement_grouped',
        'int_statement_referring',
        'int_statement_suspected',
        'int_statement_void_told',
        'int_store_shared',
        'int_token_counted',
        'int_token_seen',
        'int_unit_staged',
        'int_video_watched',
        'trust_events_by_day',
    ] -%}
        -- depends_on: {{ ref(model) }}
        {{- '\n' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#
    What this very model listed for an earlier build that was never confirmed, because a fact or one of its tests
    failed. `int_partitions_built` confirms builds, list by list, the way the other `_built` models do.
#}
{% macro unconfirmed(columns) -%}
    {%- set before = built(this.identifier, columns) | trim -%}
    {%- set confirmed = adapter.get_relation(target.database, this.schema, 'int_partitions_built') if execute -%}
    {%- if before.startswith('(') or not confirmed -%}
        {{ built('', columns) }}
    {%- else -%}
        (
            select {{ columns.keys() | join(', ') }}
            from {{ before }} as listed
            where
                not exists (
                    select 1
                    from {{ confirmed }} as confirmed
                    where
                        confirmed.listed_by = '{{ this.identifier }}'
                        and confirmed.build_id = listed.build_id
                )
        )
    {%- endif -%}
{%- endmacro %}


{#
    Whether this build starts from nothing: asked for with --full-refresh, or there is no complete earlier build, or
    the earlier build was made by other code. Every unit, hence every partition, then counts as touched.
#}
{% macro is_whole_build() -%}
    {%- if not execute or flags.FULL_REFRESH -%}
        {{ return(true) }}
    {%- endif -%}
    {%- for schema, name in [
        ('marts', 'fct_learning_event'),
        ('intermediate', 'int_unit_built'),
        ('intermediate', 'int_identity_link_built'),
        ('intermediate', 'int_person_history_built'),
        ('intermediate', 'int_activity_harmonised_built'),
        ('intermediate', 'int_statement_voided_built'),
        ('intermediate', 'int_partitions_built'),
    ] -%}
        {%- if adapter.get_relation(target.database, schema, name) is none -%}{{ return(true) }}{%- endif -%}
    {%- endfor -%}
    {%- set unit_built = adapter.get_relation(target.database, 'intermediate', 'int_unit_built') -%}
    {%- set versions = run_query('select distinct code_version from ' ~ unit_built).columns[0].values() | list -%}
    {{ return(versions | length > 0 and versions != [code_version()]) }}
{%- endmacro %}


{#
    A whole build begins with this: until it is confirmed itself, nothing that was confirmed before it stands any more,
    and whatever comes after it starts from nothing, too (`is_whole_build`).
#}
{% macro forget_confirmed() -%}
    {%- if execute and is_whole_build() -%}
        {%- set confirmed = adapter.get_relation(target.database, 'intermediate', 'int_partitions_built') -%}
        {%- if confirmed is not none -%}{%- do adapter.drop_relation(confirmed) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    A fingerprint of the SQL and seeds that the partitioned models are made by, and of the engine's version, which its
    numbers of keys hang on. Facts built by other code are not patched but built whole. Macros are not in it: after a
    change of a macro, build once with --full-refresh.
#}
{% macro code_version() -%}
    {%- set checksums = [run_query('select version()').columns[0].values()[0]] if execute else [] -%}
    {%- for node in (graph.nodes.values() if execute else []) -%}
        {%- if node.resource_type in ['model', 'seed'] and (
            node.schema in ['staging', 'intermediate', 'seeds']
            or node.config.materialized == 'replace_partitions'
        ) -%}
            {%- do checksums.append(node.name ~ ' ' ~ node.checksum.checksum) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(local_md5(checksums | sort | join(','))) }}
{%- endmacro %}
