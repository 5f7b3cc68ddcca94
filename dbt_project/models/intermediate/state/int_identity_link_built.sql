-- The facts that this state vouches for: it moves only after they were built and their tests passed.
-- depends_on: {{ ref('fct_learning_event') }}
-- depends_on: {{ ref('int_enrolment_evidenced') }}
-- depends_on: {{ ref('int_learning_event_explained') }}
-- depends_on: {{ ref('int_offering_seen') }}
-- depends_on: {{ ref('int_offering_visited') }}
-- depends_on: {{ ref('int_statement_assessed') }}
-- depends_on: {{ ref('int_token_seen') }}

select token, person_key from {{ ref('int_identity_link') }}
