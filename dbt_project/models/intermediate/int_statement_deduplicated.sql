with

statements as (
    select
        record_key as statement_id,
        body_hash,
        tool,
        unit,
        source_line,
        extracted_at,
        stored_at,
        occurred_date
    from {{ ref('int_event_located') }}
    where record_kind = 'statements'
),

touched_ids as (
    select distinct statement_id
    from statements
    where occurred_date in (select touched.occurred_date from {{ ref('int_partitions_touched') }} as touched)
),

-- Few statements have more than one copy, so these are found first, on the ids alone. The copies may lie on any day:
-- a changed time puts a copy into another partition.
repeated_ids as (
    select statements.statement_id
    from statements
    inner join touched_ids on statements.statement_id = touched_ids.statement_id
    group by statements.statement_id
    having count(*) > 1
),

copies as (
    select
        statements.*,
        row_number() over (partition by statements.statement_id order by {{ first_copy('statements') }}) as copy_number,
        first_value(statements.body_hash) over (
            partition by statements.statement_id order by {{ first_copy('statements') }}
        ) as counted_body_hash,
        first_value(statements.tool) over (
            partition by statements.statement_id order by {{ first_copy('statements') }}
        ) as counted_tool,
        first_value(statements.unit) over (
            partition by statements.statement_id order by {{ first_copy('statements') }}
        ) as counted_unit
    from statements
    inner join repeated_ids on statements.statement_id = repeated_ids.statement_id
),

final as (
    select
        statement_id,
        body_hash,
        tool,
        unit,
        occurred_date,
        counted_body_hash,
        counted_tool,
        counted_unit,
        case
            when copy_number = 1 then 'counted'
            when body_hash = counted_body_hash then 'redelivered'
            else 'conflicting'
        end as fate
    from copies
)

select * from final
