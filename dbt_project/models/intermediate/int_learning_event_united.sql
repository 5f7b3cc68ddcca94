{#- Members of extensions that sessions and videos are told by: looked for once, here, and not kept as JSON. -#}
{%- set context_names = [
    cmi5_context('masteryscore'), cmi5_context('launchmode'), cmi5_context('moveon'),
    video_extension('session-id'), video_extension('length'), video_extension('completion-threshold')
] %}
{%- set result_names = [
    'https://w3id.org/xapi/cmi5/result/extensions/progress',
    video_extension('progress'), video_extension('length'), video_extension('played-segments')
] %}

with

touched as (
    select occurred_date from {{ ref('int_partitions_touched') }}
),

ledger as (
    select tool, unit, record_kind, landed_at as loaded_at from {{ ref('stg_ledger') }} where status = 'landed'
),

opened as (
    select
        *,
        {{ json_members('context_extensions', context_names) }} as context_members,
        {{ json_members('result_extensions', result_names) }} as result_members
    from {{ units_of_touched_days('statements') }}
    where occurred_date in (select touched.occurred_date from touched)
),

statements as (
    select
        statements.tool,
        'statements' as record_kind,
        statements.unit,
        statements.statement_id as record_key,
        statements.actor_token as person_token,
        statements.actor_kind,
        statements.object_kind,
        case when statements.object_kind = 'activity' then statements.object_id end as activity_id,
        coalesce(statements.object_id, statements.body_hash) as object_name,
        statements.body_hash,
        statements.parent_activity_id,
        statements.activity_type,
        statements.verb_id as verb_source,
        statements.occurred_at,
        statements.occurred_date,
        statements.stored_at,
        statements.registration,
        statements.session_id,
        {{ is_cmi5_defined('statements') }} as is_cmi5_defined,
        {{ session_profile('statements') }} as session_profile,
        statements.context_members['{{ cmi5_context("launchmode") }}'] as launch_mode,
        statements.context_members['{{ cmi5_context("moveon") }}'] as move_on,
        {{ dbt.safe_cast("statements.context_members['" ~ cmi5_context('masteryscore') ~ "']", 'double') }}
            as mastery_score,
        statements.context_members['{{ video_extension("session-id") }}'] as video_session_id,
        coalesce(
            {{ dbt.safe_cast("statements.context_members['" ~ video_extension('length') ~ "']", 'double') }},
            {{ dbt.safe_cast("statements.result_members['" ~ video_extension('length') ~ "']", 'double') }}
        ) as video_seconds,
        {{ dbt.safe_cast("statements.context_members['" ~ video_extension('completion-threshold') ~ "']", 'double') }}
            as completion_threshold,
        statements.result_members['{{ video_extension("played-segments") }}'] as played_segments,
        coalesce(
            {{ dbt.safe_cast("statements.result_members['" ~ video_extension('progress') ~ "']", 'double') }},
            {{ dbt.safe_cast(
                "statements.result_members['https://w3id.org/xapi/cmi5/result/extensions/progress']", 'double'
            ) }} / 100
        ) as reported_progress_share,
        statements.member_token,
        lower(statements.statement_ref_id) as context_statement_id,
        case
            when statements.object_kind = 'statement_ref' then lower(statements.object_id)
        end as object_statement_id,
        statements.duration_seconds,
        statements.score_raw as score,
        statements.score_min,
        statements.score_max,
        statements.score_scaled,
        statements.is_success,
        statements.is_completion,
        cast(null as {{ dbt.type_float() }}) as progress_share,
        case
            when copies.fate <> 'counted' then copies.fate
            when statements.verb_id = '{{ var("voiding_verb") }}' then 'voiding'
            when voided.statement_id is not null then 'voided'
            else 'counted'
        end as fate
    from opened as statements
    left join {{ ref('int_statement_deduplicated') }} as copies
        on
            statements.statement_id = copies.statement_id
            and statements.body_hash = copies.body_hash
            and statements.tool = copies.tool
            and statements.unit = copies.unit
    left join {{ ref('int_statement_voided') }} as voided on statements.statement_id = voided.statement_id
),

learning_events as (
    select
        events.tool,
        'learning_events' as record_kind,
        events.unit,
        events.record_key,
        events.person_token,
        cast(null as {{ dbt.type_string() }}) as actor_kind,
        cast(null as {{ dbt.type_string() }}) as object_kind,
        coalesce(events.activity_id, events.parent_activity_id) as activity_id,
        cast(null as {{ dbt.type_string() }}) as object_name,
        cast(null as {{ dbt.type_string() }}) as body_hash,
        events.parent_activity_id,
        events.activity_kind as activity_type,
        events.verb as verb_source,
        events.occurred_at,
        events.occurred_date,
        cast(null as {{ dbt.type_timestamp() }}) as stored_at,
        cast(null as {{ dbt.type_string() }}) as registration,
        events.session_id,
        false as is_cmi5_defined,
        cast(null as {{ dbt.type_string() }}) as session_profile,
        cast(null as {{ dbt.type_string() }}) as launch_mode,
        cast(null as {{ dbt.type_string() }}) as move_on,
        cast(null as {{ dbt.type_float() }}) as mastery_score,
        cast(null as {{ dbt.type_string() }}) as video_session_id,
        cast(null as {{ dbt.type_float() }}) as video_seconds,
        cast(null as {{ dbt.type_float() }}) as completion_threshold,
        cast(null as {{ dbt.type_string() }}) as played_segments,
        cast(null as {{ dbt.type_float() }}) as reported_progress_share,
        cast(null as {{ dbt.type_string() }}) as member_token,
        cast(null as {{ dbt.type_string() }}) as context_statement_id,
        cast(null as {{ dbt.type_string() }}) as object_statement_id,
        events.duration_seconds,
        cast(null as {{ dbt.type_float() }}) as score,
        cast(null as {{ dbt.type_float() }}) as score_min,
        cast(null as {{ dbt.type_float() }}) as score_max,
        cast(null as {{ dbt.type_float() }}) as score_scaled,
        cast(null as {{ dbt.type_boolean() }}) as is_success,
        cast(null as {{ dbt.type_boolean() }}) as is_completion,
        events.progress_share,
        coalesce(copies.fate, 'counted') as fate
    from {{ units_of_touched_days('learning_events') }} as events
    left join {{ ref('int_learning_event_deduplicated') }} as copies
        on events.tool = copies.tool and events.record_key = copies.record_key and events.unit = copies.unit
    where events.occurred_date in (select touched.occurred_date from touched)
),

united as (
    select * from statements
    union all
    select * from learning_events
),

final as (
    select united.*, ledger.loaded_at
    from united
    inner join ledger
        on united.tool = ledger.tool and united.unit = ledger.unit and united.record_kind = ledger.record_kind
)

select * from final
