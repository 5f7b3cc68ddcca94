with

history as (
    select person_key, valid_from, valid_to, person_sk, org_unit_key from {{ ref('int_person_history') }}
),

before as (
    select person_key, valid_from, valid_to, person_sk, org_unit_key
    from {{ built('int_person_history_built', {
        'person_key': 'bigint', 'valid_from': 'date', 'valid_to': 'date',
        'person_sk': 'string', 'org_unit_key': 'string'
    }) }}
),

appeared as (
    select * from history
    except
    select * from before
),

vanished as (
    select * from before
    except
    select * from history
),

differing as (
    select * from appeared
    union all
    select * from vanished
),

-- An interval that only got an end differs as a row, but not on the days before that end: the two histories of a
-- person are compared stretch by stretch, so that a mover does not reopen every day of the years before the move.
bounds as (
    select person_key, valid_from as bound from differing
    union
    select person_key, valid_to as bound from differing
),

stretches as (
    select person_key, bound as valid_from, lead(bound) over (partition by person_key order by bound) as valid_to
    from bounds
),

final as (
    select stretches.person_key, stretches.valid_from, stretches.valid_to
    from stretches
    left join history
        on
            stretches.person_key = history.person_key
            and stretches.valid_from >= history.valid_from
            and stretches.valid_from < history.valid_to
    left join before
        on
            stretches.person_key = before.person_key
            and stretches.valid_from >= before.valid_from
            and stretches.valid_from < before.valid_to
    where
        stretches.valid_to is not null
        and (
            coalesce(history.person_sk, '') <> coalesce(before.person_sk, '')
            or coalesce(history.org_unit_key, '') <> coalesce(before.org_unit_key, '')
        )
)

select * from final
