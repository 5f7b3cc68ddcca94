{#
    One landing table as a staging model: every column of the contract, cast to its type, of the units whose ledger
    row says that they landed. A file without that row is a landing that never finished, and counts for nothing.
    A later version of a contract is united here, by one more select.
#}
{% macro stage(name) -%}
    {%- set without_units = [
        'ledger', 'rejects', 'late_rows', 'replays', 'identity_links', 'person_aliases', 'activity_decisions'
    ] -%}
    {%- if name == 'ledger' -%}
        {{ ledger_by_file(source('landing', 'ledger')) }}
    {%- else -%}
        {{ landed_rows(name, source('landing', name), ref('stg_ledger') if name not in without_units) }}
    {%- endif -%}
{%- endmacro %}


{% macro landed_rows(name, landing, ledger=none, more=[]) -%}
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
        {%- for column in more %},
        {{ column }}
        {%- endfor %}
    from {{ landing }} as landed_files
){% if ledger %},

finished as (
    select landed.*
    from landed
    where
        -- Not `exists`: DuckDB keeps all columns of all rows in memory until it knows which units they are of.
        (landed.tool, landed.unit) in (
            select
                ledger.tool,
                ledger.unit
            from {{ ledger }} as ledger
            where ledger.record_kind = '{{ name }}' and ledger.status = 'landed'
        )
)

select * from finished
{%- else %}

select * from landed
{%- endif %}
{%- endmacro %}


{#
    What is staged of one kind, from no more files than hold `units`: a query that yields unit. It only spares an
    engine the other files: which rows are meant, the caller still says. `known_by` is the relation that the query
    asks; where that isn't there yet (a first build, a unit test), all files are read. So they are in a whole build,
    which touches all units, unless the query asks for `exceptions`, few or none in any build.
#}
{% macro staged_in(kind, units, known_by, exceptions=false) -%}
    {{ return(adapter.dispatch('staged_in')(kind, units, known_by, exceptions)) }}
{%- endmacro %}


{% macro default__staged_in(kind, units, known_by, exceptions) -%}
    {{ ref('stg_' ~ kind) }}
{%- endmacro %}


{# To open a file and read what it says of itself costs more than to find nothing in it, and there are more each day. #}
{% macro duckdb__staged_in(kind, units, known_by, exceptions) -%}
    {%- set staged = ref('stg_' ~ kind) -%}
    {%- set known = load_relation(known_by) if execute and known_by.schema -%}
    {%- if not known or (is_whole_build() and not exceptions) -%}
        {{ return(staged) }}
    {%- endif -%}
    {%- set landing = landing_of(kind) -%}
    {%- set every_file = landing.split("'")[1] -%}
    {%- set named -%}
        select files.file
        from glob('{{ every_file }}') as files
        where
            parse_filename(files.file, true) = 'zero_rows'
            or parse_filename(files.file, true) in (select units.unit from ({{ units }}) as units)
        order by files.file
    {%- endset -%}
    {%- set files = run_query(named).columns[0].values() -%}
    ({{ landed_rows(
        kind,
        landing.replace("'" ~ every_file ~ "'", "['" ~ files | join("', '") ~ "']"),
        staged.incorporate(path={'identifier': 'stg_ledger'})
    ) }})
{%- endmacro %}


{# How DuckDB is told to read a landing table: what dbt-duckdb makes of source(). #}
{% macro landing_of(kind) -%}
    {%- set source_meta = graph.sources['source.' ~ project_name ~ '.landing.' ~ kind].meta -%}
    {{ return(source_meta.external_location.replace('{home}', source_meta.home).replace('{name}', kind)) }}
{%- endmacro %}


{# What is staged of the units that this build looks at again, and of those that hold something of a touched day. #}
{% macro touched_units(kind) -%}
    {{ return(staged_in(kind, 'select unit from ' ~ ref('int_unit_touched'), ref('int_unit_touched'))) }}
{%- endmacro %}


{% macro units_of_touched_days(kind) -%}
    {%- set units -%}
        select distinct unit
        from {{ ref('int_event_located') }}
        where
            record_kind = '{{ kind }}'
            and occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
    {%- endset -%}
    {{ return(staged_in(kind, units, ref('int_event_located'))) }}
{%- endmacro %}
