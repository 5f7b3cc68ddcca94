{#
    The days on which something that HR describes changed, derived from descriptions in any order of arrival.

    `rows` is a CTE of descriptions of a record `kind` with the columns that the snapshot kinds share (tool, series,
    unit, source_line, extracted_at, effective_date, is_deleted, is_complete_snapshot) and `attributes`; `entity` is the
    column that names what is described. The macro yields CTEs; the last one, `changes`, has one row per entity and
    changed_date: is_gone, tool, unit and source_line of the description that holds from then on (the last one, for who
    is gone), and the attributes that hold.

    Rules. A description holds from its effective date; of several for one day the last extracted counts, and of
    several complete snapshots of one series for one day only the last extracted counts at all. Who was in one
    complete snapshot of a series and is not in the next one is gone from that day, unless another series still has
    them; who comes back is back from the day of the snapshot. What an original has no column for it doesn't tell
    (`columns_untold` of the ledger), and what was told of it before holds on: a file of changes may have few columns.

    `made_of` names the column of the kind that an attribute of another name is made of. `ending` says of an attribute
    that tells of an end what has to be so of what was told before, for it to hold where the attribute isn't told.
#}
{% macro history_changes(rows, entity, kind, attributes, made_of={}, ending={}) -%}
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

untold as (
    select tool, unit, columns_untold
    from {{ ref('stg_ledger') }}
    where record_kind = '{{ kind }}' and status = 'landed' and columns_untold is not null
),

-- Only where originals differ in what they tell is there anything to hold on to.
placed_candidates as (
    select
        candidates.{{ entity }},
        candidates.changed_date,
        candidates.is_gone,
        candidates.precedence,
        candidates.rank_in_day,
        candidates.tool,
        candidates.unit,
        candidates.source_line,
        row_number() over (
            partition by candidates.{{ entity }} order by candidates.changed_date, candidates.rank_in_day desc
        ) as place,
        min(coalesce(untold.columns_untold, '')) over (partition by candidates.{{ entity }})
        <> max(coalesce(untold.columns_untold, '')) over (partition by candidates.{{ entity }}) as is_told_unevenly,
        {% for attribute in attributes -%}
        {%- set name = "'|" ~ made_of.get(attribute, attribute) ~ "|'" -%}
        described.{{ attribute }},
        described.{{ attribute }} is not null
        or {{ dbt.position(name, "coalesce(untold.columns_untold, '')") }} = 0 as is_{{ attribute }}_told
        {{- ',' if not loop.last }}
        {% endfor %}
    from ranked_candidates as candidates
    inner join {{ rows }} as described
        on
            candidates.{{ entity }} = described.{{ entity }}
            and candidates.tool = described.tool
            and candidates.unit = described.unit
            and candidates.source_line = described.source_line
    left join untold on candidates.tool = untold.tool and candidates.unit = untold.unit
),

-- Where each attribute was told last. Somebody's absence repeats an old description and tells nothing new.
last_told as (
    select
        *,
        {% for attribute in attributes -%}
        max(case when precedence > 0 and is_{{ attribute }}_told then place end) over (
            partition by {{ entity }} order by place rows between unbounded preceding and current row
        ) as {{ attribute }}_place{{ ',' if not loop.last }}
        {% endfor %}
    from placed_candidates
    where is_told_unevenly
),

held as (
    select
        *,
        {% for attribute in attributes -%}
        max(case when place = {{ attribute }}_place then {{ attribute }} end) over (
            partition by {{ entity }}, {{ attribute }}_place
        ) as {{ attribute }}_told_before{{ ',' if not loop.last }}
        {% endfor %}
    from last_told
),

{% set change = entity ~ ', changed_date, is_gone, tool, unit, source_line' -%}
changes as (
    select {{ change }}, {{ attributes | join(', ') }}
    from placed_candidates
    where rank_in_day = 1 and not is_told_unevenly
    union all
    select
        {{ change }},
        {% for attribute in attributes -%}
        {%- set before = attribute ~ '_told_before' -%}
        case
            when is_{{ attribute }}_told then {{ attribute }}
            {%- if attribute in ending %}
            when {{ before }} {{ ending[attribute] }} then {{ before }}
            {%- else %}
            else {{ before }}
            {%- endif %}
        end as {{ attribute }}{{ ',' if not loop.last }}
        {% endfor %}
    from held
    where rank_in_day = 1
)
{%- endmacro %}
