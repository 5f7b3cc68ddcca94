-- One row, always: an aggregate without groups has a row even where there is nobody.
with

links as (
    select token, person_key, rule
    from {{ ref('int_identity_link') }}
    where person_key <> {{ unknown_person() }}
),

-- A number of HR, from its first description to the last that has its owner employed.
numbers as (
    select
        links.person_key,
        people.person_token as token,
        people.tool,
        min(people.effective_date) as first_date,
        max(case
            when not people.is_deleted and coalesce(people.employment_status, '') <> 'left' then people.effective_date
        end) as last_date,
        min(people.birth_decade) as birth_decade,
        min(people.hired_date) as hired_date
    from {{ ref('stg_people') }} as people
    inner join links on people.person_token = links.token
    where links.rule = 'hr_record'
    group by links.person_key, people.person_token, people.tool
),

pairs as (
    select
        one.person_key,
        max(case
            when one.tool = other.tool and one.first_date < other.last_date and other.first_date < one.last_date then 1
            else 0
        end) as is_at_once,
        max(case when one.birth_decade <> other.birth_decade then 1 else 0 end) as is_of_two_births
    from numbers as one
    inner join numbers as other on one.person_key = other.person_key and one.token < other.token
    group by one.person_key
),

hired as (
    select count(distinct person_key) as persons
    from numbers
    -- Some export '1980s'.
    where extract(year from hired_date) < {{ dbt.safe_cast('substring(birth_decade, 1, 4)', 'integer') }}
),

present as (
    select distinct
        links.person_key,
        attendances.session_id,
        attendances.activity_id,
        attendances.started_at,
        {{ minutes_later('attendances.attended_minutes', 'attendances.started_at') }} as ended_at
    from {{ ref('stg_attendances') }} as attendances
    inner join links on attendances.person_token = links.token
    where attendances.attendance = 'attended' and attendances.attended_minutes > 0
),

doubled as (
    select count(distinct one.person_key) as persons
    from present as one
    inner join present as other
        on
            one.person_key = other.person_key
            and one.activity_id < other.activity_id
            and one.started_at < other.ended_at
            and one.ended_at > other.started_at
),

accounts as (
    select
        links.person_key,
        accounts.tool,
        accounts.identifier_type,
        count(distinct accounts.token) as accounts
    from {{ ref('int_token_counted') }} as accounts
    inner join links on accounts.token = links.token
    where accounts.record_kind = 'accounts'
    group by links.person_key, accounts.tool, accounts.identifier_type
),

crowds as (
    select coalesce(max(accounts), 0) as accounts from accounts
),

counted as (
    select
        coalesce(sum(is_at_once), 0) as with_numbers_at_once,
        coalesce(sum(is_of_two_births), 0) as with_two_births
    from pairs
),

persons as (
    select count(distinct person_key) as persons from links
),

attended as (
    select count(distinct person_key) as persons from present
),

final as (
    select
        '(all)' as population,
        cast(persons.persons as bigint) as persons,
        cast(counted.with_numbers_at_once as bigint) as with_numbers_at_once,
        cast(counted.with_two_births as bigint) as with_two_births,
        cast(hired.persons as bigint) as hired_before_born,
        cast(attended.persons as bigint) as attended,
        cast(doubled.persons as bigint) as in_two_sessions_at_once,
        cast(doubled.persons as double) / nullif(attended.persons, 0) as in_two_sessions_share,
        cast(crowds.accounts as bigint) as most_accounts_of_one_tool,
        '{{ invocation_id }}' as dbt_invocation_id
    from counted
    cross join hired
    cross join doubled
    cross join attended
    cross join crowds
    cross join persons
)

select * from final
