{#- The history stands here by name and not as a CTE: a CTE that is read several times, an engine writes down whole. -#}
{%- set events = ref('int_event_located') %}
{%- set facts = built('fct_learning_event', {
    'tool': 'string', 'record_kind': 'string', 'unit': 'string', 'record_key': 'string',
    'person_key': 'bigint', 'activity_key': 'string', 'occurred_date': 'date'
}, schema='marts') %}

with

{% if lists_all(ref('int_unit_touched')) -%}
record_dates as (
    select distinct occurred_date, 'unit' as reason from {{ events }}
),

{% else -%}
units as (
    select * from {{ ref('int_unit_touched') }}
),

-- What touched units hold no more is known from what the last build said of them: on which days, counted or not.
explained as (
    select * from {{ built('int_learning_event_explained', {
        'tool': 'string', 'record_kind': 'string', 'unit': 'string', 'occurred_date': 'date'
    }) }}
),

conflicts as (
    select * from {{ built('int_statement_conflicting', {
        'tool': 'string', 'unit': 'string', 'statement_id': 'string', 'counted_tool': 'string',
        'counted_unit': 'string'
    }) }}
),

-- Records that touched units hold now, or held before as what counted or as what was in conflict with it. Each of them
-- may also lie in other units and, where its time was changed, in other partitions: which copy counts is decided anew
-- in all of them.
unit_records as (
    select events.record_number
    from {{ events }} as events
    inner join units
        on events.tool = units.tool and events.record_kind = units.record_kind and events.unit = units.unit
    union
    select
        {{ record_number(
            'facts.record_key', "case when facts.record_kind = 'statements' then '' else facts.tool end"
        ) }} as record_number
    from {{ facts }} as facts
    inner join units
        on facts.tool = units.tool and facts.record_kind = units.record_kind and facts.unit = units.unit
    union
    select {{ record_number('conflicts.statement_id') }} as record_number
    from conflicts
    inner join units
        on conflicts.tool = units.tool and conflicts.unit = units.unit and units.record_kind = 'statements'
    union
    -- What counted need not be a fact: a void that goes leaves its id to whoever was in conflict with it.
    select {{ record_number('conflicts.statement_id') }} as record_number
    from conflicts
    inner join units
        on
            conflicts.counted_tool = units.tool
            and conflicts.counted_unit = units.unit
            and units.record_kind = 'statements'
),

touched_records as (
    select record_number, 'unit' as reason from unit_records
    union all
    select {{ record_number('statement_id') }} as record_number, 'void' as reason
    from {{ ref('int_statement_voided_changed') }}
),

-- By the numbers of their keys only: a day too many is replaced by what it holds.
record_dates as (
    select events.occurred_date, touched_records.reason
    from {{ events }} as events
    inner join touched_records on events.record_number = touched_records.record_number
    where events.record_number in {{ numbers_listed('record_number', 'touched_records') }}
    union
    -- What the days hold of other units is an event still, and found above.
    select explained.occurred_date, 'unit' as reason
    from explained
    inner join units
        on
            explained.tool = units.tool
            and explained.record_kind = units.record_kind
            and explained.unit = units.unit
),

{% endif -%}

link_dates as (
    select distinct events.occurred_date, 'link' as reason
    from {{ events }} as events
    inner join {{ ref('int_identity_link_changed') }} as changed on events.person_token = changed.token
),

history_dates as (
    select distinct facts.occurred_date, 'history' as reason
    from {{ facts }} as facts
    inner join {{ ref('int_person_history_changed') }} as changed
        on
            facts.person_key = changed.person_key
            and {{ holds_on('changed', 'facts.occurred_date') }}
),

activity_dates as (
    select distinct facts.occurred_date, 'activity' as reason
    from {{ facts }} as facts
    inner join {{ ref('int_activity_harmonised_changed') }} as changed
        on facts.tool = changed.tool and facts.activity_key = changed.activity_key
),

-- What an earlier build replaced without the facts passing their tests: what stands there now is not known.
unconfirmed_dates as (
    select occurred_date, 'unconfirmed' as reason
    from {{ unconfirmed({'occurred_date': 'date'}) }}
),

all_dates as (
    select * from record_dates
    union all
    select * from link_dates
    union all
    select * from history_dates
    union all
    select * from activity_dates
    union all
    select * from unconfirmed_dates
),

final as (
    select
        occurred_date,
        max(case when reason = 'unit' then 1 else 0 end) = 1 as is_by_unit,
        max(case when reason = 'void' then 1 else 0 end) = 1 as is_by_void,
        max(case when reason = 'link' then 1 else 0 end) = 1 as is_by_link,
        max(case when reason = 'history' then 1 else 0 end) = 1 as is_by_history,
        max(case when reason = 'activity' then 1 else 0 end) = 1 as is_by_activity,
        max(case when reason = 'unconfirmed' then 1 else 0 end) = 1 as is_unconfirmed,
        -- Whether what the day tells now and what it told when it was replaced are all that has to be compared.
        max(case when reason in ('link', 'activity', 'unconfirmed') then 1 else 0 end) = 0 as is_compared,
        '{{ invocation_id }}' as build_id
    from all_dates
    group by occurred_date
)

select * from final
