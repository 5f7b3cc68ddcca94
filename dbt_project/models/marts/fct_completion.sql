{{ config(materialized='replace_partitions', partition_by='enrolment_key', touched='int_completion_touched') }}

with

final as (
    select
        completed.enrolment_key,
        completed.tool,
        completed.person_key,
        coalesce(persons.org_unit_key, {{ unknown_key() }}) as org_unit_key,
        completed.activity_key,
        completed.completed_date,
        completed.completion_rule,
        activities.is_formal
    from {{ ref('fct_enrolment') }} as completed
    left join {{ ref('int_activity_history') }} as activities
        on completed.activity_key = activities.activity_key and {{ holds_on('activities', 'completed.completed_date') }}
    {{ join_person_as_of('completed', 'completed_date') }}
    where
        completed.is_completed
        and {{ is_listed('completed.enrolment_key', ref('int_completion_touched')) }}
)

select * from final
