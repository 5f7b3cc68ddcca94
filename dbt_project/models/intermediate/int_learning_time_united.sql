{{ config(
    materialized='replace_partitions', partition_by='learner_day', touched='int_learning_day_touched',
    since='learning_date'
) }}

{%- set before = built('int_learning_time_united', {
    'learner': 'string', 'learning_date': 'date', 'learner_day': 'string', 'evidence_key': 'string',
    'island_started_at': 'timestamp'
}) %}

{#- One hour that three tools tell of is one hour. What has a clock time is laid over each other: each stretch counts
    once, for the best witness who covers it. What has none counts for what it exceeds of the same learner's time with
    the same activity on the same day; of several tools that tell it so, the one that tells most. -#}

{#- Where all of it is meant, the history stands here by name and not as a CTE: a CTE that is read several times, an
    engine writes down whole. -#}
{%- set is_whole = lists_all(ref('int_learning_day_touched')) %}
{%- set evidence = ref('int_learning_time_evidenced') if is_whole else 'evidence' %}

with

{% if not is_whole -%}
touched as (
    select distinct learner_day, since_date from {{ ref('int_learning_day_touched') }}
),

-- A touched day, and what reaches into it from the days beside it: that is needed, and stays as it is.
islands_before as (
    select distinct learner, island_started_at
    from {{ before }} as before
    where learner_day in (select touched.learner_day from touched) and {{ since_listed('learning_date', 'touched') }}
),

reaching_in as (
    select before.evidence_key, before.learning_date as since_date
    from {{ before }} as before
    inner join islands_before
        on before.learner = islands_before.learner and before.island_started_at = islands_before.island_started_at
    where before.island_started_at >= (select min(islands.island_started_at) from islands_before as islands)
),

first_days as (
    select since_date from touched
    union all
    select since_date from reaching_in
),

evidence as (
    select *
    from {{ ref('int_learning_time_evidenced') }}
    where
        (
            learner_day in (select touched.learner_day from touched)
            or evidence_key in (select reaching_in.evidence_key from reaching_in)
        )
        and {{ since_listed('learning_date', 'first_days') }}
),

{% endif -%}
-- Stretches that touch are one island: told by a new row as soon as nobody before reached so far.
reached as (
    select
        evidence_key,
        learner,
        rank_of_witness,
        started_at,
        ended_at,
        minutes,
        max(ended_at) over (
            partition by learner order by started_at, evidence_key rows between unbounded preceding and 1 preceding
        ) as reached_at
    from {{ evidence }}
    where started_at is not null
),

islands as (
    select
        *,
        sum(case when reached_at is null or started_at > reached_at then 1 else 0 end) over (
            partition by learner order by started_at, evidence_key rows unbounded preceding
        ) as island
    from reached
),

counted as (
    select
        *,
        count(*) over (partition by learner, island) as witnesses,
        min(started_at) over (partition by learner, island) as island_started_at,
        max(ended_at) over (partition by learner, island) as island_ended_at
    from islands
),

-- Only where several witnesses meet is there anything to divide.
bounds as (
    select learner, island, started_at as since from counted where witnesses > 1
    union
    select learner, island, ended_at as since from counted where witnesses > 1
),

stretches as (
    select *, lead(since) over (partition by learner, island order by since) as until from bounds
),

covered as (
    select
        counted.*,
        cast({{ dbt.datediff('stretches.since', 'stretches.until', 'second') }} as double) / 60 as counted_minutes,
        row_number() over (
            partition by stretches.learner, stretches.island, stretches.since
            order by counted.rank_of_witness, counted.started_at, counted.evidence_key
        ) as preference
    from stretches
    inner join counted
        on
            stretches.learner = counted.learner
            and stretches.island = counted.island
            and stretches.since >= counted.started_at
            and stretches.until <= counted.ended_at
),

placed as (
    select
        evidence_key,
        started_at,
        sum(case when preference = 1 then counted_minutes else 0 end) as counted_minutes
    from covered
    group by evidence_key, started_at
    union all
    select evidence_key, started_at, minutes as counted_minutes from counted where witnesses = 1
),

placed_by_activity as (
    select evidence.learner, evidence.learning_date, evidence.activity_key, sum(placed.counted_minutes) as minutes
    from placed
    inner join {{ evidence }} as evidence
        on placed.evidence_key = evidence.evidence_key and placed.started_at = evidence.started_at
    group by evidence.learner, evidence.learning_date, evidence.activity_key
),

unplaced as (
    select
        evidence_key,
        learner,
        learning_date,
        activity_key,
        tool,
        minutes,
        sum(minutes) over (partition by learner, learning_date, activity_key, tool) as minutes_of_tool
    from {{ evidence }}
    where started_at is null
),

unplaced_once as (
    select
        *,
        max(minutes_of_tool) over (partition by learner, learning_date, activity_key) as most_minutes,
        min(tool) over (partition by learner, learning_date, activity_key, minutes_of_tool) as first_tool
    from unplaced
),

exceeding as (
    select
        unplaced_once.evidence_key,
        cast(null as {{ dbt.type_timestamp() }}) as started_at,
        case
            -- Of what nobody names, nobody can say whether it is the same.
            when unplaced_once.activity_key = {{ unknown_key() }} then unplaced_once.minutes
            when
                unplaced_once.minutes_of_tool < unplaced_once.most_minutes
                or unplaced_once.tool <> unplaced_once.first_tool
                then 0
            else
                unplaced_once.minutes / unplaced_once.minutes_of_tool
                * greatest(0, unplaced_once.minutes_of_tool - coalesce(placed_by_activity.minutes, 0))
        end as counted_minutes
    from unplaced_once
    left join placed_by_activity
        on
            unplaced_once.learner = placed_by_activity.learner
            and unplaced_once.learning_date = placed_by_activity.learning_date
            and unplaced_once.activity_key = placed_by_activity.activity_key
),

all_counted as (
    select * from placed
    union all
    select * from exceeding
),

final as (
    select
        evidence.*,
        counted.island_started_at,
        counted.island_ended_at,
        all_counted.counted_minutes,
        {{ key_of([
            'evidence.tool', 'evidence.learner', 'evidence.learning_date', 'evidence.activity_key',
            'evidence.evidence', 'evidence.is_formal', 'evidence.mode', 'evidence.initiator'
        ]) }} as learning_time_key
    from {{ evidence }} as evidence
    -- A record without a clock time is one row; one with a clock time is one for each sitting.
    inner join all_counted
        on
            evidence.evidence_key = all_counted.evidence_key
            and (evidence.started_at = all_counted.started_at or evidence.started_at is null)
    left join counted on evidence.evidence_key = counted.evidence_key and evidence.started_at = counted.started_at
    {%- if not is_whole %}
    where evidence.learner_day in (select touched.learner_day from touched)
    {%- endif %}
)

select * from final
