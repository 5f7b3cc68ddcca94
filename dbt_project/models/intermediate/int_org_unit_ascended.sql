with recursive

-- Who described the unit, and by which name, doesn't matter here: only which unit stands above it, and when.
edges as (
    select org_unit_key, parent_org_unit_key, valid_from, valid_to
    from {{ ref('int_org_unit_history') }}
    where parent_org_unit_key <> {{ unknown_key() }}
),

units as (
    select distinct org_unit_key from {{ ref('int_org_unit_history') }}
),

-- One step up at a time, on the days on which all steps so far hold. A unit that is on the way already ends it there:
-- the row is kept, marked, so that the circle can be reported.
ascended (
    descendant_org_unit_key, ancestor_org_unit_key, depth, valid_from, valid_to, way, is_circular
) as (
    select
        org_unit_key as descendant_org_unit_key,
        org_unit_key as ancestor_org_unit_key,
        0,
        {{ beginning_of_time() }},
        {{ end_of_time() }},
        '|' || org_unit_key || '|',
        false
    from units
    union all
    select
        ascended.descendant_org_unit_key,
        edges.parent_org_unit_key,
        ascended.depth + 1,
        greatest(ascended.valid_from, edges.valid_from),
        least(ascended.valid_to, edges.valid_to),
        ascended.way || edges.parent_org_unit_key || '|',
        ascended.way like '%|' || edges.parent_org_unit_key || '|%'
    from ascended
    inner join edges
        on
            ascended.ancestor_org_unit_key = edges.org_unit_key
            and ascended.valid_from < edges.valid_to
            and ascended.valid_to > edges.valid_from
    where not ascended.is_circular
),

final as (
    select
        descendant_org_unit_key,
        ancestor_org_unit_key,
        depth,
        valid_from,
        valid_to,
        is_circular
    from ascended
)

select * from final
