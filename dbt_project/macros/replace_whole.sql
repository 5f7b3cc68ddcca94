{#
    Tables and views that are built whole: what stood there is replaced when the new rows are there, so that a model may
    read what it replaces (`unconfirmed`), and one that fails leaves it. In DuckDB by one statement, in one transaction.

    dbt-duckdb's own build beside the target, rename twice and drop what was there, because a statement of other
    databases can't replace. Each rename and each drop is a macro with a context of its own, which makes three in ten
    milliseconds of a build of small tables (docs/decisions/0132).

    Left out is what this project has none of: models in Python, indexes, foreign keys, grants.
#}
{% materialization table, adapter='duckdb' %}
    {{ return(throughline.replace_whole('table')) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(throughline.replace_whole('view')) }}
{% endmaterialization %}

{% macro replace_whole(type) %}
    {%- set target_relation = this.incorporate(type=type) -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {%- if existing_relation is not none and existing_relation.type != type -%}
        {{ drop_relation_if_exists(existing_relation) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- call statement('main') -%}
        {%- if type == 'view' and stands_as_said(existing_relation, sql) -%}
            select 1 as stands_already
        {%- elif type == 'view' and this.schema == 'staging' -%}
            create or replace view {{ target_relation }} as ({{ sql }});
            comment on view {{ target_relation }} is '{{ local_md5(sql) }}'
        {%- elif not config.get('contract').enforced -%}
            create or replace {{ type }} {{ target_relation }} as ({{ sql }})
        {%- elif type == 'table' -%}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace table {{ target_relation }} {{ get_table_columns_and_constraints() }};
            insert into {{ target_relation }} {{ get_column_names() }} ({{ get_select_subquery(sql) }})
        {%- else -%}
            {{ get_assert_columns_equivalent(sql) }}
            create or replace view {{ target_relation }} as ({{ sql }})
        {%- endif -%}
    {%- endcall -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation]}) }}
{% endmacro %}


{#
    Whether a view of staging is what it would be replaced by. To say it again, DuckDB opens each file of its kind, and
    there are more with every day. It names its columns and their types, so no file can make it another one; a view of
    tables may be one of `*`.
#}
{% macro stands_as_said(existing_relation, sql) %}
    {%- if existing_relation is none or existing_relation.type != 'view' or this.schema != 'staging' -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set said = run_query(
        "select comment from duckdb_views() where database_name = '" ~ this.database ~ "' and schema_name = '"
        ~ this.schema ~ "' and view_name = '" ~ this.identifier ~ "'"
    ).columns[0].values() -%}
    {{ return(said | list == [local_md5(sql)]) }}
{% endmacro %}


{#
    On Spark, where Parquet tables know no transaction, beside what stands there. dbt-spark's own drops it first. Views
    are dbt-spark's: it replaces them by one statement.

    Left out is what this project has none of: models in Python, other formats of files, places of their own, grants.
#}
{% materialization table, adapter='spark' %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set new_relation = make_intermediate_relation(target_relation) -%}
    {{ drop_relation_if_exists(load_cached_relation(new_relation)) }}
    {{ run_hooks(pre_hooks) }}

    {%- call statement('main') -%}
        {{ get_create_table_as_sql(False, new_relation, sql) }}
    {%- endcall -%}
    {% do refuse_nulls(new_relation) %}
    {% do swap_in(new_relation, target_relation) %}

    {% do persist_docs(target_relation, model) %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
