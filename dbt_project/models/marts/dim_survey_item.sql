{#- A form keeps its items' names and may change their scale or what they measure: answers before and after are not of
    one kind. Wordings in several languages are one item, shown in the wording that was answered most. -#}

with

answered as (
    select
        tool,
        survey_id,
        item_id,
        item_text,
        construct,
        scale_min,
        scale_max,
        coalesce(answered_date, cast(coalesce(answered_at, extracted_at) as date)) as answered_date
    from (select *, {{ recency_of_record() }} as recency from {{ ref('stg_survey_responses') }}) as told
    where recency = 1
),

worded as (
    select
        tool,
        survey_id,
        item_id,
        item_text,
        row_number() over (
            partition by tool, survey_id, item_id order by count(*) desc, item_text
        ) as preference
    from answered
    where item_text is not null
    group by tool, survey_id, item_id, item_text
),

-- Forms of one day may tell two things; the one that most answers bear holds.
daily as (
    select
        tool,
        survey_id,
        item_id,
        answered_date,
        construct,
        scale_min,
        scale_max,
        {{ key_of(['construct', 'scale_min', 'scale_max']) }} as fingerprint,
        row_number() over (
            partition by tool, survey_id, item_id, answered_date
            order by count(*) desc, construct, scale_min, scale_max
        ) as preference
    from answered
    group by tool, survey_id, item_id, answered_date, construct, scale_min, scale_max
),

compared as (
    select
        *,
        lag(fingerprint) over (partition by tool, survey_id, item_id order by answered_date) as previous_fingerprint
    from daily
    where preference = 1
),

versions as (
    select
        *,
        case
            when previous_fingerprint is null then {{ beginning_of_time() }} else answered_date
        end as since,
        coalesce(
            lead(answered_date) over (partition by tool, survey_id, item_id order by answered_date), {{ end_of_time() }}
        ) as until
    from compared
    where previous_fingerprint is null or previous_fingerprint <> fingerprint
),

final as (
    select
        {{ key_of(['versions.tool', 'versions.survey_id', 'versions.item_id', 'versions.since']) }} as survey_item_sk,
        {{ key_of(['versions.tool', 'versions.survey_id', 'versions.item_id']) }} as survey_item_key,
        versions.tool,
        versions.survey_id,
        versions.item_id,
        versions.since as valid_from,
        versions.until as valid_to,
        {{ as_of() }} >= versions.since and {{ as_of() }} < versions.until as is_current,
        worded.item_text,
        versions.construct,
        versions.scale_min,
        versions.scale_max
    from versions
    left join worded
        on
            versions.tool = worded.tool
            and versions.survey_id = worded.survey_id
            and versions.item_id = worded.item_id
            and worded.preference = 1
)

select * from final
