{#- The nine verbs that cmi5 defines (cmi5, section 9.3), six of which it takes over from ADL. -#}
{%- set cmi5_verbs = [
    'http://adlnet.gov/expapi/verbs/launched', 'http://adlnet.gov/expapi/verbs/initialized',
    'http://adlnet.gov/expapi/verbs/completed', 'http://adlnet.gov/expapi/verbs/passed',
    'http://adlnet.gov/expapi/verbs/failed', 'http://adlnet.gov/expapi/verbs/terminated',
    'https://w3id.org/xapi/adl/verbs/abandoned', 'https://w3id.org/xapi/adl/verbs/waived',
    'https://w3id.org/xapi/adl/verbs/satisfied',
] -%}

with

final as (
    select
        verb_source,
        verb,
        state,
        milestone,
        is_own_activity,
        profile,
        verb_source in ('{{ cmi5_verbs | join("', '") }}') as is_cmi5,
        profile = 'tla' as is_tla,
        profile = 'video' as is_video,
        map_version
    from {{ ref('seed_verb_map') }}
)

select * from final
