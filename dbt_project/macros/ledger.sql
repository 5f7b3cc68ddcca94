{#
    The ledger with the file that each row stands in. There is a file for each unit and kind, so there are more each
    day, and to open one costs ten times what it costs to list it: DuckDB keeps the rows of files that have not changed.
#}
{% macro ledger_by_file(landing) -%}
    {{ return(adapter.dispatch('ledger_by_file')(landing)) }}
{%- endmacro %}


{% macro default__ledger_by_file(landing) -%}
with

ledger as (
    {{ landed_rows('ledger', landing) | indent(4) }}
)

select
    *,
    cast(null as {{ dbt.type_string() }}) as file_name,
    cast(null as bigint) as file_bytes,
    cast(null as {{ dbt.type_timestamp() }}) as file_modified_at
from ledger
{%- endmacro %}


{#
    A file is the one that was read if its name, size and time are the same, as for `make`. File systems may tell time
    in seconds, and what is written while it is read can't be told from what was read: a file that is hardly older than
    this build is given no time, and is read again by the next one.
#}
{% macro duckdb__ledger_by_file(landing) -%}
    {%- if not execute -%}{{ return(default__ledger_by_file(landing)) }}{%- endif -%}
    {%- set reading = landing_of('ledger') -%}
    {%- set every_file = "'" ~ reading.split("'")[1] ~ "'" -%}
    {%- set before = ledger_read_before() -%}
    {%- set to_read, changed, gone = every_file, [], [] -%}
    {%- if before -%}
        {%- set differing -%}
            select coalesce(files.filename, before.file_name), files.filename is not null
            from read_blob({{ every_file }}) as files
            full outer join (select distinct file_name, file_bytes, file_modified_at from {{ before }}) as before
                on files.filename = before.file_name
            where
                before.file_name is null
                or files.filename is null
                or files.size <> before.file_bytes
                or files.last_modified at time zone 'UTC' is distinct from before.file_modified_at
            order by 1
        {%- endset -%}
        {%- for file, is_there in run_query(differing).rows -%}
            {%- do (changed if is_there else gone).append("'" ~ file.replace("'", "''") ~ "'") -%}
        {%- endfor -%}
        {%- set to_read = '[' ~ changed | join(', ') ~ ']' if changed -%}
    {%- endif -%}
    {%- if to_read -%}
        select opened.*, files.file_bytes, files.file_modified_at
        from (
            {{ landed_rows(
                'ledger', reading.replace(every_file, to_read)[:-1] ~ ', filename=true)', more=['filename as file_name']
            ) }}
        ) as opened
        left join (
            select
                filename as file_name,
                size as file_bytes,
                case
                    when last_modified < timestamptz '{{ run_started_at.isoformat() }}' - interval 5 second
                        then last_modified at time zone 'UTC'
                end as file_modified_at
            from read_blob({{ to_read }})
        ) as files on opened.file_name = files.file_name
        {{- ' union all ' if before }}
    {%- endif -%}
    {%- if before -%}
        select * from {{ before }} where file_name not in ({{ (changed + gone + ["''"]) | join(', ') }})
    {%- endif -%}
{%- endmacro %}


{# What this table holds, unless all is read again: in a whole build, and where the ledger has other columns since. #}
{% macro ledger_read_before() -%}
    {%- set before = none if is_whole_build() else load_relation(this) -%}
    {%- if before -%}
        {%- set declared = graph.sources['source.' ~ project_name ~ '.landing.ledger'].columns.keys() | list -%}
        {%- set standing = adapter.get_columns_in_relation(before) | map(attribute='name') | list -%}
        {{ return(before if standing == declared + ['file_name', 'file_bytes', 'file_modified_at']) }}
    {%- endif -%}
{%- endmacro %}
