{#
    The engine that decides completion, of all standards: which rule of `seed_completion_rule` a milestone is evidence
    of; null for one that completes nothing. `rule` is what the milestone was told by, in the words of its source. Where
    several rules decide about one enrolment, the one of the least precedence number does, by what it said first; to
    have passed completes only where nothing says completed. Records of tools speak before statements, since who keeps
    an enrolment knows its criterion; cmi5 and SCORM speak before both, since there the content itself states it.
#}
{% macro completion_rule(milestones) -%}
    case
        when {{ milestones }}.milestone not in ('completed', 'passed') then null
        when {{ milestones }}.rule = 'verb satisfied' then 'cmi5 satisfied'
        when
            {{ milestones }}.rule like 'cmi5 moveOn%'
            or {{ milestones }}.rule = 'moveOn'
            or lower({{ milestones }}.rule) = 'standard cmi5'
            then 'cmi5 moveOn'
        when
            lower({{ milestones }}.rule) like 'standard scorm%' or lower({{ milestones }}.rule) like 'standard aicc%'
            then 'scorm status'
        when {{ milestones }}.rule in ('result.completion', 'result.success') then 'xapi result'
        when {{ milestones }}.record_kind = 'statements' then 'xapi verb'
        when {{ milestones }}.record_kind = 'learning_events' then 'log event'
        else 'lms status'
    end
{%- endmacro %}
