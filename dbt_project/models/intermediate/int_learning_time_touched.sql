{%- set told = [
    'evidence_key', 'person_key', 'learner', 'activity_key', 'started_at', 'minutes', 'learning_date', 'is_formal',
    'initiator'
] | join(', ') %}
{%- set before = built('int_learning_time_evidenced', {
    'evidence_key': 'string', 'united_key': 'string', 'person_key': 'bigint', 'learner': 'string',
    'activity_key': 'string', 'started_at': 'timestamp', 'minutes': 'double', 'learning_date': 'date',
    'is_formal': 'boolean', 'initiator': 'string'
}) %}

with

threads as (
    select united_key, since_date from {{ ref('int_attempt_touched') }}
),

attempts as (
    select
        {{ key_of(["'attempt'", 'tool', 'attempt_key']) }} as evidence_key,
        united_key,
        started_date as since_date
    from {{ ref('int_attempt_decided') }}
    where united_key in (select threads.united_key from threads) and {{ since_listed('started_date', 'threads') }}
    union all
    select evidence_key, united_key, learning_date as since_date
    from {{ before }} as before
    where united_key in (select threads.united_key from threads) and {{ since_listed('learning_date', 'threads') }}
),

-- What tools register has no partitions, so all of it is compared.
told as (
    select {{ told }} from {{ ref('int_learning_time_told') }}
),

told_before as (
    select {{ told }} from {{ before }} as before where united_key is null
),

differing as (
    (
        select * from told
        except
        select * from told_before
    )
    union
    (
        select * from told_before
        except
        select * from told
    )
),

listed as (
    select evidence_key, united_key, since_date from attempts
    union all
    select evidence_key, cast(null as {{ dbt.type_string() }}) as united_key, learning_date as since_date
    from differing
    union all
    select evidence_key, united_key, since_date
    from {{ unconfirmed({'evidence_key': 'string', 'united_key': 'string', 'since_date': 'date'}) }}
),

final as (
    select evidence_key, united_key, min(since_date) as since_date, '{{ invocation_id }}' as build_id
    from listed {{- where_asked_for() }}
    group by evidence_key, united_key
)

select * from final
