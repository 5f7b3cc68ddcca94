{%- set before = built('int_learning_time_united', {
    'evidence_key': 'string', 'person_key': 'bigint', 'learner': 'string', 'learning_date': 'date',
    'learner_day': 'string', 'started_at': 'timestamp', 'ended_at': 'timestamp', 'island_started_at': 'timestamp',
    'island_ended_at': 'timestamp', 'learning_time_key': 'string'
}) %}

with

touched as (
    select evidence_key, since_date from {{ ref('int_learning_time_touched') }}
),

persons as (
    select person_key, valid_from, valid_to from {{ ref('int_person_history_changed') }}
),

changed as (
    select learner, learning_date, learner_day, started_at, ended_at
    from {{ ref('int_learning_time_evidenced') }}
    where
        evidence_key in (select touched.evidence_key from touched)
        and {{ since_listed('learning_date', 'touched') }}
    union
    select learner, learning_date, learner_day, started_at, ended_at
    from {{ before }} as before
    where
        evidence_key in (select touched.evidence_key from touched)
        and {{ since_listed('learning_date', 'touched') }}
),

-- What touches something that changed shares its hours with it, on whichever side of midnight.
days as (
    select learner_day, learning_date as since_date from changed
    union
    select before.learner_day, before.learning_date as since_date
    from {{ before }} as before
    inner join changed
        on
            before.learner = changed.learner
            and before.island_started_at <= changed.ended_at
            and before.island_ended_at >= changed.started_at
    where before.island_ended_at >= (select min(changes.started_at) from changed as changes)
    union
    select before.learner_day, before.learning_date as since_date
    from {{ before }} as before
    inner join persons on before.person_key = persons.person_key and {{ holds_on('persons', 'before.learning_date') }}
),

listed as (
    select learner_day, learning_date as since_date, learning_time_key
    from {{ before }} as before
    where learner_day in (select days.learner_day from days) and {{ since_listed('learning_date', 'days') }}
    union
    select learner_day, since_date, cast(null as {{ dbt.type_string() }}) as learning_time_key
    from days
    union
    select learner_day, since_date, learning_time_key
    from {{ unconfirmed({'learner_day': 'string', 'since_date': 'date', 'learning_time_key': 'string'}) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed {{- where_asked_for() }}
)

select * from final
