{#
    Replace exactly the touched partitions of a table, in one transaction.

        {{ config(materialized='replace_partitions', partition_by='occurred_date', touched='int_partitions_touched') }}

    `touched` names the model that lists the partitions (its column has the name of `partition_by`). The model's own
    SQL must yield those partitions and no others. A partition that is listed and yields no row is emptied: that is
    why this is not dbt's delete+insert, which learns the partitions from the new rows.

    With `since`, a day of the target, only rows since the first day of the list are looked at (`since_listed`), and a
    whole build writes the rows in the order of that day, as increments do.

    With `keeps_replaced`, what stood in the touched partitions is kept beside the table until the next replacement, so
    that a list of what else to look at holds what changed, and not all that shares a partition with it
    (`told_otherwise`).

    A whole build (see `is_whole_build`) swaps the table instead. `int_unit_touched` then lists every unit and
    `int_partitions_touched` every partition, so the model's SQL needs no second branch. With `sliced`, a model that it
    reads and a day of that, a whole build reads some of those days at a time, so that what it needs of memory doesn't
    grow with the history (`slices_of`). Each of the model's rows must come from one day of what is sliced.
#}
{% materialization replace_partitions, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set new_relation = make_intermediate_relation(target_relation) -%}
    {%- set old_relation = make_backup_relation(target_relation, 'table') -%}
    {%- set replaced_relation = replaced_of(target_relation) if config.get('keeps_replaced') else none -%}

    {{ drop_relation_if_exists(load_cached_relation(new_relation)) }}
    {{ drop_relation_if_exists(load_cached_relation(old_relation)) }}
    {%- if existing_relation is not none and not existing_relation.is_table -%}
        {#- A view of an earlier version of the model, and a view holds nothing. -#}
        {{ drop_relation_if_exists(existing_relation) }}
        {%- set existing_relation = none -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- set slices = adapter.dispatch('slices_of')(adapter.dispatch('in_order')(sql)) -%}
    {%- call statement('new_rows') -%}
        {{ get_create_table_as_sql(False, new_relation, slices[0]) }}
    {%- endcall -%}
    {%- for slice in slices[1:] -%}
        {%- call statement('more_rows') -%} insert into {{ new_relation }} {{ slice }} {%- endcall -%}
    {%- endfor -%}
    {% do refuse_nulls(new_relation) %}

    {%- if throughline.can_replace_partitions(existing_relation, new_relation) -%}
        {%- set touched = ref(config.require('touched')) -%}
        {%- if replaced_relation -%}
            {% do keep_replaced(replaced_relation, target_relation, config.require('partition_by'), touched) %}
        {%- endif -%}
        {% do adapter.dispatch('replace_in')(target_relation, new_relation, config.require('partition_by'), touched) %}
        {{ drop_relation_if_exists(new_relation) }}
    {%- else -%}
        {%- if replaced_relation -%}
            {{ drop_relation_if_exists(load_cached_relation(replaced_relation)) }}
            {%- set replaced_relation = none -%}
        {%- endif -%}
        {%- if existing_relation is not none -%}
            {{ adapter.rename_relation(existing_relation, old_relation) }}
        {%- endif -%}
        {{ adapter.rename_relation(new_relation, target_relation) }}
        {%- call statement('main') -%} select 1 as whole_build {%- endcall -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {% do persist_docs(target_relation, model) %}
    {{ adapter.commit() }}
    {{ drop_relation_if_exists(old_relation) }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target_relation] + ([replaced_relation] if replaced_relation else [])}) }}
{% endmaterialization %}


{#
    The SQL of a model once for each slice of the days that it reads. A slice ends with the day that fills it
    (`rows_a_slice` records).
#}
{% macro default__slices_of(sql) %}
    {{ return([sql]) }}
{% endmacro %}


{% macro duckdb__slices_of(sql) %}
    {%- if not config.get('sliced') or not is_whole_build() -%}{{ return([sql]) }}{%- endif -%}
    {%- set name, day = config.get('sliced') -%}
    {%- set whole = ref(name) -%}
    {%- set days = run_query('select ' ~ day ~ ', count(*) from ' ~ whole ~ ' group by 1 order by 1') -%}
    {%- set slices = [] -%}
    {%- set open = namespace(since=none, rows=0) -%}
    {%- for until, rows in days.rows -%}
        {%- set open.since = open.since or until -%}
        {%- set open.rows = open.rows + rows -%}
        {%- if open.rows >= var('rows_a_slice') or loop.last -%}
            {%- set slice = '(select * from ' ~ whole ~ ' where ' ~ day ~ " between date '" ~ open.since
                ~ "' and date '" ~ until ~ "')" -%}
            {%- do slices.append(sql | replace(whole | string, slice)) -%}
            {%- set open.since = none -%}
            {%- set open.rows = 0 -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(slices or [sql]) }}
{% endmacro %}


{% macro default__in_order(sql) %}
    {{ return(sql) }}
{% endmacro %}


{% macro duckdb__in_order(sql) %}
    {{ return('select * from (' ~ sql ~ ') order by ' ~ config.get('since')
        if config.get('since') and is_whole_build() else sql) }}
{% endmacro %}


{% macro replaced_of(relation) %}
    {{ return(make_intermediate_relation(relation, '__replaced')) }}
{% endmacro %}


{#
    One row at least for each touched partition, with the build that listed it. Whoever replaces the same list a second
    time (a model that is run again by hand) keeps what the first time found: what stands in the table since is no
    earlier state.
#}
{% macro keep_replaced(replaced_relation, target_relation, partition_by, touched) %}
    {%- if load_cached_relation(replaced_relation) -%}
        {%- set same_list = 'select count(*) from ' ~ replaced_relation
            ~ ' where listed_in in (select touched.build_id from ' ~ touched ~ ' as touched)' -%}
        {%- if run_query(same_list).columns[0].values()[0] > 0 -%}{{ return('') }}{%- endif -%}
        {{ drop_relation_if_exists(replaced_relation) }}
    {%- endif -%}
    {%- call statement('replaced') -%}
        {{ get_create_table_as_sql(False, replaced_relation,
            'select touched.build_id as listed_in, standing.* from ' ~ touched ~ ' as touched left join '
            ~ target_relation ~ ' as standing on touched.' ~ partition_by ~ ' = standing.' ~ partition_by
        ) }}
    {%- endcall -%}
{% endmacro %}


{#
    The rows of touched days that `model` tells otherwise than before this build: as they are now, and as they were.
    Where a day is touched by more than what it tells itself, or what was told before isn't known, all its rows.
#}
{% macro told_otherwise(model) -%}
    {%- set now = ref(model) -%}
    {%- set touched = ref('int_partitions_touched') -%}
    {%- set replaced = load_relation(replaced_of(now)) if execute and now.schema else none -%}
    {%- if not replaced or is_whole_build() -%}
        (
            select * from {{ now }}
            where occurred_date in (select touched.occurred_date from {{ touched }} as touched)
        )
    {%- else -%}
        {%- set columns = adapter.get_columns_in_relation(now) | map(attribute='name') | join(', ') -%}
        {%- set after -%}
            select {{ columns }} from {{ now }}
            where occurred_date in (select touched.occurred_date from {{ touched }} as touched)
        {%- endset -%}
        {%- set before -%}
            select {{ columns }} from {{ replaced }}
            where
                occurred_date is not null
                and listed_in in (select touched.build_id from {{ touched }} as touched)
        {%- endset -%}
        (
            select {{ columns }}
            from (
                select *, 1 as side from ({{ after }}) as told_now
                union all
                select *, -1 as side from ({{ before }}) as told_before
            ) as told_twice
            group by {{ columns }}
            having sum(side) <> 0
            union all
            select {{ columns }} from {{ now }}
            where
                occurred_date in (
                    select touched.occurred_date from {{ touched }} as touched where not touched.is_compared
                )
        )
    {%- endif -%}
{%- endmacro %}


{% macro can_replace_partitions(existing_relation, new_relation) %}
    {%- if existing_relation is none or is_whole_build() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set existing = adapter.get_columns_in_relation(existing_relation) | map(attribute='name') | list -%}
    {%- set new = adapter.get_columns_in_relation(new_relation) | map(attribute='name') | list -%}
    {%- if existing != new -%}
        {% do exceptions.raise_compiler_error(
            this ~ ' has the columns ' ~ existing ~ ', its model now yields ' ~ new
            ~ '. Partitions of the two cannot stand in one table: build once with --full-refresh.'
        ) %}
    {%- endif -%}
    {{ return(true) }}
{% endmacro %}


{% macro duckdb__replace_in(target_relation, new_relation, partition_by, touched) %}
    {%- call statement('main') -%}
        delete from {{ target_relation }}
        where
            {{ partition_by }} in (select touched.{{ partition_by }} from {{ touched }} as touched)
            {%- if config.get('since') %}
            and {{ since_listed(config.get('since'), touched) }}
            {%- endif %};

        insert into {{ target_relation }}
        select * from {{ new_relation }}
    {%- endcall -%}
{% endmacro %}


{#
    Parquet tables know no DELETE. Where a day is replaced, its folder is, once its new files are written, and a day
    that is left without rows is dropped; where a key is, the table is: a folder for each key would be ruinous.
#}
{% macro spark__replace_in(target_relation, new_relation, partition_by, touched) %}
    {%- if is_folder_on_spark(partition_by) -%}
        {% do run_query('set spark.sql.sources.partitionOverwriteMode = dynamic') %}
        {%- call statement('main') -%}
            insert overwrite table {{ target_relation }} select * from {{ new_relation }}
        {%- endcall -%}
        {%- set emptied = 'select distinct touched.' ~ partition_by ~ ' from ' ~ touched ~ ' as touched left anti join '
            ~ new_relation ~ ' as told on touched.' ~ partition_by ~ ' = told.' ~ partition_by -%}
        {%- for day in run_query(emptied).columns[0].values() -%}
            {%- set partition = partition_by ~ " = date'" ~ day ~ "'" -%}
            {% do run_query('alter table ' ~ target_relation ~ ' drop if exists partition (' ~ partition ~ ')') %}
        {%- endfor -%}
    {%- else -%}
        {%- set whole_relation = make_intermediate_relation(target_relation, '__whole') -%}
        {{ drop_relation_if_exists(load_cached_relation(whole_relation)) }}
        {%- call statement('main') -%}
            create table {{ whole_relation }} using parquet as
            select kept.* from {{ target_relation }} as kept
            left anti join {{ touched }} as touched on kept.{{ partition_by }} = touched.{{ partition_by }}
            union all
            select * from {{ new_relation }}
        {%- endcall -%}
        {% do swap_in(whole_relation, target_relation) %}
    {%- endif -%}
{% endmacro %}


{% macro is_folder_on_spark(partition_by) %}
    {{ return(partition_by.endswith('_date')) }}
{% endmacro %}


{# dbt-spark would make a folder for each value of any `partition_by`. #}
{% macro spark__partition_cols(label, required=false) -%}
    {%- set column = config.get('partition_by') -%}
    {%- if column and is_folder_on_spark(column) %} {{ label }} ({{ column }}) {% endif -%}
{%- endmacro %}
