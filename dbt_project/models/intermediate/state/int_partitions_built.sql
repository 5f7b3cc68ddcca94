{{ vouched_for() }}

{#- Whatever lists partitions, and lists them again until their build was confirmed. -#}
{%- set lists = [
    'int_unit_touched', 'int_partitions_touched', 'int_session_touched', 'int_registration_touched',
    'int_attempt_touched', 'int_attempt_number_touched', 'int_enrolment_touched', 'int_enrolment_number_touched',
    'int_assessment_touched', 'int_learning_time_touched', 'int_learning_day_touched', 'int_token_touched',
    'int_completion_touched'
] %}

with

final as (
    {%- for list in lists %}
    select distinct '{{ list }}' as listed_by, build_id from {{ ref(list) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
