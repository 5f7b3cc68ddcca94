with

referring as (
    select * from {{ ref('int_statement_referring') }}
),

events as (
    select event_key, record_key, person_key, activity_key
    from {{ ref('fct_learning_event') }}
    where record_kind = 'statements' and record_key in (select referring.referred_statement_id from referring)
),

voided as (
    select statement_id from {{ ref('int_statement_voided') }}
),

final as (
    select
        {{ event_key("'statements'", 'referring.tool', 'referring.statement_id') }} as event_key,
        referring.occurred_date,
        referring.place,
        referring.referred_statement_id,
        coalesce(events.event_key, {{ unknown_key() }}) as referred_event_key,
        coalesce(events.person_key, {{ unknown_person() }}) as referred_person_key,
        coalesce(events.activity_key, {{ unknown_key() }}) as referred_activity_key,
        case
            when voided.statement_id is not null then 'voided'
            when events.event_key is not null then 'counted'
            else 'not counted'
        end as referred_state
    from referring
    left join events on referring.referred_statement_id = events.record_key
    left join voided on referring.referred_statement_id = voided.statement_id
)

select * from final
