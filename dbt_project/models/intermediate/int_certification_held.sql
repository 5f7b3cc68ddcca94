{#- Half-open stretches on which a person has a licence, or is exempt from it. An award or renewal holds until the first
    of: the day that it expires, a revocation or a lapse that is told, and the next award. -#}

with

told as (
    select * from {{ ref('int_certification_told') }} where person_key <> {{ unknown_person() }}
),

granting as (
    select * from told where event in ('awarded', 'renewed', 'exempted')
),

followed as (
    select
        *,
        lead(event_date) over (
            partition by person_key, certification_id order by event_date, certification_event_key
        ) as next_granted_date
    from granting
),

ended as (
    select
        granting.certification_event_key,
        min(ending.event_date) as ended_date
    from granting
    inner join told as ending
        on
            granting.person_key = ending.person_key
            and granting.certification_id = ending.certification_id
            and granting.event_date < ending.event_date
    where ending.event in ('expired', 'revoked')
    group by granting.certification_event_key
),

final as (
    select
        followed.person_key,
        followed.certification_id,
        followed.event = 'exempted' as is_exemption,
        followed.event_date as valid_from,
        least(
            coalesce(followed.expires_date, {{ end_of_time() }}),
            coalesce(ended.ended_date, {{ end_of_time() }}),
            coalesce(followed.next_granted_date, {{ end_of_time() }})
        ) as valid_to,
        followed.expires_date
    from followed
    left join ended on followed.certification_event_key = ended.certification_event_key
)

select * from final where valid_from < valid_to
