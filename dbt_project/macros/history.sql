{#
    The days on which something that HR describes changed, derived from descriptions in any order of arrival.

    `rows` is a CTE of descriptions with the columns that the snapshot kinds share (tool, series, unit, source_line,
    extracted_at, effective_date, is_deleted, is_complete_snapshot); `entity` is the column that names what is
    described. The macro yields CTEs; the last one, `changes`, has one row per entity and changed_date: is_gone, and
    the tool, unit and source_line of the description that holds from then on (the last one, for who is gone).

    Rules. A description holds from its effective date; of several for one day the last extracted counts, and of
    several complete snapshots of one series for one day only the last extracted counts at all. Who was in one
    complete snapshot of a series and is not in the next one is gone from that day, unless another series still has
    them; who comes back is back from the day of the snapshot.
#}
{% macro history_changes(rows, entity) -%}
snapshots as (
    select
        tool,
        series,
        unit,
        max(extracted_at) as extracted_at,
        -- One effective date for everybody is the day of the export. Where rows have dates of their own, the
        -- export's day is the day on which it was extracted.
        case
            when min(effective_date) = max(effective_date) then max(effective_date)
            else cast(max(extracted_at) as date)
        end as snapshot_date
    from {{ rows }}
    where is_complete_snapshot
    group by tool, series, unit
),

ranked_snapshots as (
    select
        *,
        row_number() over (
            partition by tool, series, snapshot_date order by extracted_at desc, unit desc
        ) as rank_in_day
    from snapshots
),

counting_snapshots as (
    select
        tool,
        series,
        unit,
        snapshot_date,
        row_number() over (partition by tool, series order by snapshot_date) as snapshot_number,
        lead(snapshot_date) over (partition by tool, series order by snapshot_date) as next_snapshot_date
    from ranked_snapshots
    where rank_in_day = 1
),

counting_rows as (
    select
        described.*,
        counting_snapshots.snapshot_number,
        counting_snapshots.snapshot_date,
        counting_snapshots.next_snapshot_date
    from {{ rows }} as described
    left join counting_snapshots
        on
            described.tool = counting_snapshots.tool
            and described.series = counting_snapshots.series
            and described.unit = counting_snapshots.unit
    where not described.is_complete_snapshot or counting_snapshots.snapshot_number is not null
),

presences as (
    select
        {{ entity }},
        tool,
        series,
        unit,
        snapshot_date,
        next_snapshot_date,
        snapshot_number,
        max(source_line) as source_line
    from counting_rows
    where snapshot_number is not null and not is_deleted
    group by {{ entity }}, tool, series, unit, snapshot_date, next_snapshot_date, snapshot_number
),

neighbouring_presences as (
    select
        *,
        lag(snapshot_number) over (partition by {{ entity }}, tool, series order by snapshot_number) as previous_number,
        lead(snapshot_number) over (partition by {{ entity }}, tool, series order by snapshot_number) as next_number
    from presences
),

absences as (
    select
        gone.{{ entity }},
        gone.next_snapshot_date as changed_date,
        gone.tool,
        gone.unit,
        gone.source_line
    from neighbouring_presences as gone
    where
        gone.next_snapshot_date is not null
        and (gone.next_number is null or gone.next_number > gone.snapshot_number + 1)
        and not exists (
            select 1
            from presences as elsewhere
            where
                elsewhere.{{ entity }} = gone.{{ entity }}
                and (elsewhere.tool <> gone.tool or elsewhere.series <> gone.series)
                and elsewhere.snapshot_date <= gone.next_snapshot_date
                and (
                    elsewhere.next_snapshot_date is null
                    or elsewhere.next_snapshot_date > gone.next_snapshot_date
                )
        )
),

candidates as (
    select
        {{ entity }},
        effective_date as changed_date,
        is_deleted as is_gone,
        2 as precedence,
        extracted_at,
        tool,
        unit,
        source_line
    from counting_rows
    union all
    select
        {{ entity }},
        snapshot_date as changed_date,
        false as is_gone,
        1 as precedence,
        cast(null as {{ dbt.type_timestamp() }}) as extracted_at,
        tool,
        unit,
        source_line
    from neighbouring_presences
    where previous_number < snapshot_number - 1
    union all
    select
        {{ entity }},
        changed_date,
        true as is_gone,
        0 as precedence,
        cast(null as {{ dbt.type_timestamp() }}) as extracted_at,
        tool,
        unit,
        source_line
    from absences
),

ranked_candidates as (
    select
        *,
        row_number() over (
            partition by {{ entity }}, changed_date
            order by precedence desc, extracted_at desc, tool desc, unit desc, source_line desc
        ) as rank_in_day
    from candidates
),

changes as (
    select {{ entity }}, changed_date, is_gone, tool, unit, source_line
    from ranked_candidates
    where rank_in_day = 1
)
{%- endmacro %}
