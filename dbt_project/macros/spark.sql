{#
    What Spark says otherwise: dbt's own translations of its cross-database macros are older than Spark's functions,
    lose fractions of seconds, refuse nulls or leave an order out. Here each says what it says on DuckDB.
#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, {{ interval }}, {{ from_date_or_timestamp }})
{%- endmacro %}


{# Boundaries that lie between the two, as DuckDB counts them. #}
{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
        datediff(cast({{ second_date }} as date), cast({{ first_date }} as date))
    {%- elif datepart in ['month', 'quarter', 'year'] -%}
        {%- set months = {'month': 1, 'quarter': 3, 'year': 12}[datepart] -%}
        cast(
            months_between(
                date_trunc('{{ datepart }}', {{ second_date }}), date_trunc('{{ datepart }}', {{ first_date }})
            ) / {{ months }} as bigint
        )
    {%- else -%}
        timestampdiff(
            {{ datepart }},
            date_trunc('{{ datepart }}', {{ first_date }}),
            date_trunc('{{ datepart }}', {{ second_date }})
        )
    {%- endif -%}
{%- endmacro %}


{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- if limit_num -%}
        {% do exceptions.raise_compiler_error('listagg with a limit is not written for Spark') %}
    {%- endif -%}
    listagg({{ measure }}, {{ delimiter_text }})
    {%- if order_by_clause %} within group ({{ order_by_clause }}){% endif %}
{%- endmacro %}


{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}


{% macro spark__safe_cast(field, type) -%}
    try_cast({{ field }} as {{ type }})
{%- endmacro %}


{#
    A new table takes the place of what stands there, table or view. A managed table's folder moves with its name, and a
    name whose folder is taken is refused: so what stands there gives up its name first, and goes last.
#}
{% macro swap_in(new_relation, target_relation) %}
    {%- set standing = load_cached_relation(target_relation) -%}
    {%- if standing is none -%}
        {{ adapter.rename_relation(new_relation, target_relation) }}
    {%- else -%}
        {%- set old_relation = make_backup_relation(target_relation, standing.type) -%}
        {{ drop_relation_if_exists(load_cached_relation(old_relation)) }}
        {{ adapter.rename_relation(standing, old_relation) }}
        {{ adapter.rename_relation(new_relation, target_relation) }}
        {{ drop_relation_if_exists(old_relation) }}
    {%- endif -%}
{% endmacro %}


{# DuckDB's tables hold what a contract says of nulls; Parquet tables hold no constraints, so new ones are looked at. #}
{% macro refuse_nulls(new_relation) -%}
    {{ return(adapter.dispatch('refuse_nulls')(new_relation)) }}
{%- endmacro %}

{% macro duckdb__refuse_nulls(new_relation) -%}{%- endmacro %}

{% macro spark__refuse_nulls(new_relation) -%}
    {%- if not config.get('contract').enforced -%}{{ return('') }}{%- endif -%}
    {%- set never_null = [] -%}
    {%- for column in model.columns.values() -%}
        {%- if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
            {%- do never_null.append(column.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if never_null -%}
        {%- set nulls = 'select 1 as found from ' ~ new_relation ~ ' where ' ~ (never_null | join(' is null or '))
            ~ ' is null limit 1' -%}
        {%- if run_query(nulls).rows | length > 0 -%}
            {% do exceptions.raise_compiler_error(this ~ ' would have nulls in one of ' ~ never_null | join(', ')) %}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    Landing as tables that Spark can name, over the files as they lie: `dbt run-operation landing_tables`. DuckDB needs
    none, it reads the files by their glob. Columns are declared, not inferred from thousands of footers, and a file of
    before a column was there reads as null.
#}
{% macro landing_tables() -%}
    {%- set sources = graph.sources.values() | selectattr('source_name', 'equalto', 'landing') | list -%}
    {% do run_query('create schema if not exists ' ~ sources[0].schema) %}
    {%- for source in sources -%}
        {%- set columns = [] -%}
        {%- for column in source.columns.values() -%}
            {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
        {%- endfor -%}
        {%- set name = source.schema ~ '.' ~ source.name -%}
        {% do run_query('drop table if exists ' ~ name) %}
        {% do run_query(
            'create table ' ~ name ~ ' (' ~ columns | join(', ') ~ ") using parquet options (recursiveFileLookup 'true'"
            ~ ", path '" ~ source.meta.home ~ '/landing/' ~ source.name ~ "/v1')"
        ) %}
    {%- endfor -%}
{%- endmacro %}
