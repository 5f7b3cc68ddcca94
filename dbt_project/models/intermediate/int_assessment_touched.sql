{%- set resulted_before = built('int_assessment_resulted', {
    'assessment_key': 'string', 'tool': 'string', 'record_kind': 'string', 'unit': 'string', 'person_token': 'string',
    'instrument_id': 'string', 'activity_id': 'string', 'occurred_date': 'date'
}) %}

with

-- Days of which all is looked at again, because who somebody is has changed, or the last build was never confirmed.
looked_at_whole as (
    select occurred_date from {{ ref('int_partitions_touched') }} where not is_compared
),

{{ links_now_and_before() }},

{{ places_of_pairs(ref('int_enrolment_touched')) }},

units as (
    select tool, unit from {{ ref('int_unit_touched') }} where record_kind = 'assessments'
),

tokens as (
    select token from {{ ref('int_identity_link_changed') }}
),

persons as (
    select person_key, valid_from, valid_to from {{ ref('int_person_history_changed') }}
),

moved as (
    select
        links.token,
        greatest(links.valid_from, persons.valid_from) as valid_from,
        least(links.valid_to, persons.valid_to) as valid_to
    from persons
    inner join links on persons.person_key = links.person_key
),

offerings as (
    select tool, activity_id, activity_key, title, activity_kind, is_enrollable
    from {{ ref('int_activity_harmonised') }}
),

offerings_before as (
    select tool, activity_id, activity_key, title, activity_kind, is_enrollable
    from {{ built('int_activity_harmonised_built', {
        'tool': 'string', 'activity_id': 'string', 'activity_key': 'string', 'title': 'string',
        'activity_kind': 'string', 'is_enrollable': 'boolean'
    }) }}
),

offerings_changed as (
    select tool, activity_id
    from (
        (
            select * from offerings
            except
            select * from offerings_before
        )
        union
        (
            select * from offerings_before
            except
            select * from offerings
        )
    ) as differing
),

-- Tried by whom, and what: which of several copies or tellings of a result counts is decided among these.
tried as (
    select person_token, activity_id as instrument_id from {{ told_otherwise('int_statement_assessed') }} as told
    union
    select before.person_token, before.instrument_id
    from {{ resulted_before }} as before
    where
        before.record_kind = 'statements'
        and before.occurred_date in (select looked_at_whole.occurred_date from looked_at_whole)
    union
    select told.person_token, told.activity_id as instrument_id
    from {{ ref('int_statement_assessed') }} as told
    inner join offerings_changed as offerings
        on told.tool = offerings.tool and told.activity_id = offerings.activity_id
    union
    select told.person_token, told.activity_id as instrument_id
    from {{ ref('int_statement_assessed') }} as told
    inner join offerings_changed as offerings
        on told.tool = offerings.tool and told.parent_activity_id = offerings.activity_id
    union
    select recorded.person_token, recorded.instrument_id
    from {{ touched_units('assessments') }} as recorded
    inner join units on recorded.tool = units.tool and recorded.unit = units.unit
    union
    select before.person_token, before.instrument_id
    from {{ resulted_before }} as before
    inner join units on before.tool = units.tool and before.unit = units.unit
    where before.record_kind = 'assessments'
    union
    select before.person_token, before.instrument_id
    from {{ resulted_before }} as before
    inner join offerings_changed as offerings
        on before.tool = offerings.tool and before.activity_id = offerings.activity_id
    union
    select before.person_token, before.instrument_id
    from {{ resulted_before }} as before
    where before.person_token in (select tokens.token from tokens)
    union
    select before.person_token, before.instrument_id
    from {{ resulted_before }} as before
    inner join moved on before.person_token = moved.token and {{ holds_on('moved', 'before.occurred_date') }}
    union
    -- A result tells how long after completion it was.
    select before.person_token, before.instrument_id
    from {{ resulted_before }} as before
    {{ join_places('before') }}
),

listed as (
    select tried.person_token, tried.instrument_id, before.assessment_key
    from tried
    left join {{ resulted_before }} as before
        on tried.person_token = before.person_token and tried.instrument_id = before.instrument_id
    union
    select person_token, instrument_id, assessment_key
    from {{ unconfirmed({'person_token': 'string', 'instrument_id': 'string', 'assessment_key': 'string'}) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed
)

select * from final
