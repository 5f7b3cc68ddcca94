-- The facts that this state vouches for: it moves only after they were built and their tests passed.
-- depends_on: {{ ref('fct_learning_event') }}
-- depends_on: {{ ref('int_enrolment_evidenced') }}
-- depends_on: {{ ref('int_learning_event_explained') }}
-- depends_on: {{ ref('int_offering_seen') }}
-- depends_on: {{ ref('int_offering_visited') }}
-- depends_on: {{ ref('int_statement_assessed') }}
-- depends_on: {{ ref('int_token_seen') }}

with

final as (
    select distinct 'unit' as partition_name, unit as partition_value, build_id
    from {{ ref('int_unit_touched') }}
    union all
    select
        'occurred_date' as partition_name,
        cast(occurred_date as {{ dbt.type_string() }}) as partition_value,
        build_id
    from {{ ref('int_partitions_touched') }}
)

select * from final
