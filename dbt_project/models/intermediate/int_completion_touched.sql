with

enrolments as (
    select enrolment_key
    from {{ ref('int_enrolment_numbered') }}
    where {{ is_listed('pair_key', ref('int_enrolment_number_touched')) }}
    union
    select enrolment_key
    from {{ ref('int_enrolment_number_touched') }}
    where enrolment_key is not null
),

-- An activity may turn out to have been formal, or not, on days of which nothing else is told.
described_otherwise as (
    select before.enrolment_key
    from {{ built('fct_completion', {
        'enrolment_key': 'string', 'activity_key': 'string', 'completed_date': 'date', 'is_formal': 'boolean'
    }, schema='marts') }} as before
    left join {{ ref('int_activity_history') }} as versions
        on before.activity_key = versions.activity_key and {{ holds_on('versions', 'before.completed_date') }}
    where
        coalesce(cast(before.is_formal as {{ dbt.type_string() }}), '')
        <> coalesce(cast(versions.is_formal as {{ dbt.type_string() }}), '')
),

listed as (
    select enrolment_key from enrolments
    union
    select enrolment_key from described_otherwise
    union
    select enrolment_key
    from {{ unconfirmed({'enrolment_key': 'string'}) }}
),

final as (
    select *, '{{ invocation_id }}' as build_id from listed {{- where_asked_for() }}
)

select * from final
