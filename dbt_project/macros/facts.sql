{#
    Where a record that is delivered again is a correction, the last word counts: 1 for it, 2 for the one before.
#}
{% macro recency_of_record() -%}
    row_number() over (partition by tool, record_key order by extracted_at desc, unit desc, source_line desc)
{%- endmacro %}


{# The versions of persons that held on the day of each row; a row of somebody unknown stays, and finds none. #}
{% macro join_person_as_of(rows, day) -%}
    left join {{ ref('int_person_history') }} as persons
        on {{ rows }}.person_key = persons.person_key and {{ holds_on('persons', rows ~ '.' ~ day) }}
{%- endmacro %}


{% macro join_link(rows, token, day) -%}
    left join {{ ref('int_identity_link') }} as links
        on {{ rows }}.{{ token }} = links.token and {{ holds_on('links', day) }}
{%- endmacro %}


{% macro join_activity(rows, activity_id='activity_id') -%}
    left join {{ ref('int_activity_harmonised') }} as activities
        on {{ rows }}.tool = activities.tool and {{ rows }}.{{ activity_id }} = activities.activity_id
{%- endmacro %}


{# A CTE `codes`: what a tool that offers nothing itself calls activities by. A code of two of them tells neither. #}
{% macro activity_codes() -%}
codes as (
    select catalogue_code, min(activity_key) as activity_key
    from {{ ref('int_activity_harmonised') }}
    where catalogue_code is not null
    group by catalogue_code
    having count(distinct activity_key) = 1
)
{%- endmacro %}


{# A CTE `links`: whose a token is, and whose it was for the last build. Two of them are no reason to count twice. #}
{% macro links_now_and_before() -%}
links as (
    select token, person_key, valid_from, valid_to from {{ ref('int_identity_link') }}
    union
    select token, person_key, valid_from, valid_to
    from {{ built('int_identity_link_built', {
        'token': 'string', 'person_key': 'bigint', 'valid_from': 'date', 'valid_to': 'date'
    }) }}
    union
    -- Before or since, it may have been nobody's.
    select token, {{ unknown_person() }} as person_key, {{ beginning_of_time() }}, {{ end_of_time() }}
    from {{ ref('int_identity_link_changed') }}
)
{%- endmacro %}


{# The record kinds whose rows a fact counts; all others describe persons, units, activities or the strategy. #}
{% macro kinds_of_facts() -%}
    {{ return([
        'statements', 'learning_events', 'enrolments', 'attendances', 'assessments', 'learning_time',
        'certifications', 'survey_responses', 'observations', 'kpi_values', 'capability_assessments', 'costs'
    ]) }}
{%- endmacro %}


{#
    A CTE `places`: under which token, tool and activity id the pairs of learner and activity that `touched` lists may
    be told of. It says more than it should where a token was given to somebody else: who uses it asks for the link of
    the day as well.
#}
{% macro places_of_pairs(touched) -%}
tokens_of_learners as (
    select {{ learner('person_key', 'token') }} as learner, token from {{ ref('int_identity_link') }}
    union
    select learner, learner as token from {{ touched }}
),

places as (
    select distinct
        tokens_of_learners.token as person_token,
        offerings.tool,
        offerings.activity_id,
        {{ place_number('tokens_of_learners.token', 'offerings.tool', 'offerings.activity_id') }} as place_number
    from {{ touched }} as touched_pairs
    inner join tokens_of_learners on touched_pairs.learner = tokens_of_learners.learner
    inner join {{ ref('int_activity_harmonised') }} as offerings
        on touched_pairs.activity_key = offerings.activity_key
)
{%- endmacro %}


{#
    Inner join to these places; of all pairs, it is none. Few rows of a long history lie there: they are found by the
    numbers of places in a `history` that holds them, else by the few tokens first, as `keys_listed` has it.
#}
{% macro join_places(told, history=none, touched=none) -%}
    {%- if not touched or not lists_all(touched) %}
    inner join places
        on
            {{ told }}.person_token = places.person_token
            and {{ told }}.tool = places.tool
            and {{ told }}.activity_id = places.activity_id
            {%- if history and history.schema %}
            and {{ told }}.place_number in {{ numbers_listed('place_number', 'places') }}
            {%- else %}
            and {{ told }}.person_token in {{ keys_listed('person_token', 'places') }}
            {%- endif %}
    {%- endif %}
{%- endmacro %}


{% macro place_number(person_token, tool, activity_id) -%}
    {{ number_of([person_token, tool, activity_id]) }}
{%- endmacro %}
