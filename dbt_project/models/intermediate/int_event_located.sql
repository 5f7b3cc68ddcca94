{{ config(materialized='replace_partitions', partition_by='unit', touched='int_unit_touched') }}

with

touched as (
    select distinct unit from {{ ref('int_unit_touched') }}
),

statements as (
    select
        tool,
        'statements' as record_kind,
        unit,
        source_line,
        -- One id is one statement, whichever tool it comes from.
        '' as record_scope,
        statement_id as record_key,
        body_hash,
        untimed_hash,
        actor_token as person_token,
        occurred_at,
        occurred_date,
        stored_at,
        extracted_at,
        authority_token,
        verb_id = '{{ var("voiding_verb") }}' and object_kind = 'statement_ref' as is_voiding,
        object_id
    from {{ touched_units('statements') }}
    where unit in (select touched.unit from touched)
),

learning_events as (
    select
        tool,
        'learning_events' as record_kind,
        unit,
        source_line,
        tool as record_scope,
        record_key,
        cast(null as {{ dbt.type_string() }}) as body_hash,
        cast(null as {{ dbt.type_bigint() }}) as untimed_hash,
        person_token,
        occurred_at,
        occurred_date,
        cast(null as {{ dbt.type_timestamp() }}) as stored_at,
        extracted_at,
        cast(null as {{ dbt.type_string() }}) as authority_token,
        false as is_voiding,
        cast(null as {{ dbt.type_string() }}) as object_id
    from {{ touched_units('learning_events') }}
    where unit in (select touched.unit from touched)
),

united as (
    select * from statements
    union all
    select * from learning_events
),

final as (
    select
        tool,
        record_kind,
        unit,
        source_line,
        record_scope,
        record_key,
        {{ record_number('record_key', 'record_scope') }} as record_number,
        body_hash,
        untimed_hash,
        person_token,
        occurred_at,
        occurred_date,
        stored_at,
        extracted_at,
        case when is_voiding then authority_token end as authority_token,
        case when is_voiding then lower(object_id) end as voided_statement_id
    from united
)

select * from final
