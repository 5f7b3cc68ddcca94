with

statements as (
    select
        tool,
        'statements' as record_kind,
        unit,
        -- One id is one statement, whichever tool it comes from.
        '' as record_scope,
        statement_id as record_key,
        actor_token as person_token,
        occurred_date
    from {{ ref('stg_statements') }}
),

learning_events as (
    select
        tool,
        'learning_events' as record_kind,
        unit,
        tool as record_scope,
        record_key,
        person_token,
        occurred_date
    from {{ ref('stg_learning_events') }}
),

final as (
    select * from statements
    union all
    select * from learning_events
)

select * from final
