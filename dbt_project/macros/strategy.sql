{#
    The rows of a sheet of the strategy workbook as versions of what `keys` name: the last word on each row, from
    version_from to version_to, which is its last day or the day on which the row that follows it begins. A row without
    a first day holds from the beginning. Yields CTEs; the last one is `versions`.
#}
{% macro strategy_versions(sheet, keys) -%}
told as (
    select *, {{ recency_of_record() }} as recency from {{ ref('stg_strategy_' ~ sheet) }}
),

dated as (
    select *, coalesce(valid_from, {{ beginning_of_time() }}) as version_from
    from told
    where recency = 1
),

followed as (
    select
        *,
        least(
            coalesce(valid_to, {{ end_of_time() }}),
            coalesce(
                lead(version_from) over (
                    partition by {{ keys | join(', ') }} order by version_from, extracted_at, source_line
                ),
                {{ end_of_time() }}
            )
        ) as version_to
    from dated
),

versions as (
    select * from followed where version_from < version_to
)
{%- endmacro %}


{# How a dimension shows a version: its key, its days, and whether it holds on the day of the build. #}
{% macro version_columns() -%}
    versions.version_from as valid_from,
    versions.version_to as valid_to,
    {{ as_of() }} >= versions.version_from and {{ as_of() }} < versions.version_to as is_current
{%- endmacro %}
