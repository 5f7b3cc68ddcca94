{%- set authority = "activity_id, authority_key" %}

with

definitions as (
    select
        activity_id,
        {{ key_of(['authority_token']) }} as authority_key,
        activity_name,
        activity_type,
        min(first_told_at) as first_told_at,
        max(last_told_at) as last_told_at,
        cast(sum(statement_count) as {{ dbt.type_bigint() }}) as statement_count
    from {{ ref('int_definition_seen') }}
    group by activity_id, authority_token, activity_name, activity_type
),

-- Of one authority, the definition that it told last holds. Several authorities may disagree for ever, so which of
-- them names the activity must not change with every statement: the one that says most about it.
ranked as (
    select
        *,
        row_number() over (
            partition by {{ authority }} order by first_told_at, activity_name, activity_type
        ) as definition_number,
        row_number() over (
            partition by {{ authority }} order by last_told_at desc, first_told_at desc, activity_name, activity_type
        ) as recency,
        sum(statement_count) over (partition by {{ authority }}) as authority_statements
    from definitions
),

preferred as (
    select
        *,
        first_value(authority_key) over (
            partition by activity_id order by authority_statements desc, authority_key
        ) as leading_authority_key
    from ranked
),

final as (
    select
        activity_id,
        authority_key,
        cast(definition_number as {{ dbt.type_int() }}) as definition_number,
        activity_name,
        activity_type,
        first_told_at,
        last_told_at,
        statement_count,
        recency = 1 as is_current,
        recency = 1 and authority_key = leading_authority_key as is_canonical
    from preferred
)

select * from final
