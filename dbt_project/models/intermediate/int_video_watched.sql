{{ config(materialized='replace_partitions', partition_by='session_key', touched='int_session_touched') }}

with

evidence as (
    select thread_key as session_key, played_segments, video_seconds
    from {{ ref('int_session_evidenced') }}
    where
        method = 'video'
        and {{ is_listed('thread_key', ref('int_session_touched'), 'session_key') }}
        and {{ is_day_listed('occurred_date', ref('int_session_touched')) }}
),

lengths as (
    select session_key, max(video_seconds) as video_seconds
    from evidence
    group by session_key
),

segments as (
    select session_key, {{ each_part('played_segments', '[,]') }} as segment
    from evidence
    where played_segments is not null
),

-- Seconds into the video, by players some of which write a decimal comma.
spelled as (
    select distinct
        session_key,
        {{ dbt.safe_cast(dbt.replace("trim(" ~ dbt.split_part('segment', "'[.]'", 1) ~ ")", "','", "'.'"), 'double') }}
            as from_second,
        {{ dbt.safe_cast(dbt.replace("trim(" ~ dbt.split_part('segment', "'[.]'", 2) ~ ")", "','", "'.'"), 'double') }}
            as to_second
    from segments
    where segment like '%[.]%'
),

-- A segment without an end is still being played: the end of the video does not stand in for it. One that ends before
-- it begins is no segment.
bounded as (
    select
        spelled.session_key,
        greatest(spelled.from_second, 0) as from_second,
        least(spelled.to_second, lengths.video_seconds) as to_second,
        lengths.video_seconds
    from spelled
    inner join lengths on spelled.session_key = lengths.session_key
    where spelled.from_second is not null and spelled.to_second is not null
),

ordered as (
    select
        *,
        max(to_second) over (
            partition by session_key order by from_second, to_second
            rows between unbounded preceding and 1 preceding
        ) as seen_until
    from bounded
    where to_second > from_second
),

-- What was watched twice counts once, and what was leapt over doesn't count.
final as (
    select
        session_key,
        max(video_seconds) as video_seconds,
        sum(greatest(to_second - greatest(from_second, coalesce(seen_until, from_second)), 0)) as watched_seconds,
        case
            when max(video_seconds) > 0
                then
                    sum(greatest(to_second - greatest(from_second, coalesce(seen_until, from_second)), 0))
                    / max(video_seconds)
        end as watched_share
    from ordered
    group by session_key
)

select * from final
