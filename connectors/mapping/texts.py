"""The text steps of a declared value, in the order in which they are applied.

html → nulls → extract → map, match → lower → replace → prefix
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.declaration import Value
from connectors.reading import matches
from connectors.sql import literal

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#039;": "'", "&#39;": "'", "&nbsp;": " ", "&amp;": "&"}


@dataclass(frozen=True)
class Steps:
    """What the steps make of a text, as SQL: ``before`` the step that can fail, ``after`` all of them.

    ``failure`` is the rule that is broken where the former is something and the latter nothing, and what was
    expected; None where that is no failure.
    """

    before: str
    after: str
    failure: tuple[str, str] | None


def stepped(raw: str, value: Value) -> Steps:
    """The text steps of a value over SQL for the text that was found."""
    before = _plain(raw, value)
    text, failure = before, None
    if value.extract:
        text = _extracted(before, value)
        if value.otherwise == "reject":
            failure = ("not_extracted", f"a text like {' or '.join(value.extract)}")
    if value.map or value.match:
        if value.otherwise in (None, "reject"):
            before, failure = text, ("unknown_value", _mapped_words(value))
        text = _mapped(text, value)
    return Steps(before, _finished(text, value), failure)


def _extracted(text: str, value: Value) -> str:
    found = [f"nullif(regexp_extract({text}, {literal(r)}, {_group(r)}), '')" for r in value.extract]
    return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"


def _plain(text: str, value: Value) -> str:
    """Without HTML entities, and without texts that mean nothing."""
    if value.html:
        plain = text
        for entity, letter in _ENTITIES.items():
            plain = f"replace({plain}, {literal(entity)}, {literal(letter)})"
        text = f"CASE WHEN contains({text}, '&') THEN {plain} ELSE {text} END"
    if value.nulls:
        words = ", ".join(literal(word.lower()) for word in value.nulls)
        text = f"CASE WHEN lower({text}) NOT IN ({words}) THEN {text} END"
    return text


def _finished(text: str, value: Value) -> str:
    text = f"lower({text})" if value.lower else text
    for pattern, replacement in value.replace.items():
        text = f"regexp_replace({text}, {literal(pattern)}, {literal(replacement)}, 'g')"
    return f"({literal(value.prefix)} || {text})" if value.prefix else text


def _group(regex: str) -> int:
    """1 where the expression captures something, 0 (the whole match) where not. Python can't parse all of RE2."""
    return 1 if re.search(r"(?<!\\)\((?!\?)", regex) else 0


def _mapped(text: str, value: Value) -> str:
    compared = f"lower({text})" if value.ignore_case else text
    rules = [
        f"WHEN {compared} = {literal(k.lower() if value.ignore_case else k)} THEN {literal(v)}"
        for k, v in value.map.items()
    ]
    rules += [f"WHEN {matches(text, r, value.ignore_case)} THEN {literal(v)}" for r, v in value.match.items()]
    if value.otherwise == "keep":
        rules.append(f"ELSE {text}")
    elif value.otherwise not in (None, "reject", "empty"):
        rules.append(f"WHEN {text} IS NOT NULL THEN {literal(value.otherwise)}")
    return f"CASE {' '.join(rules)} END"


def _mapped_words(value: Value) -> str:
    """The words of a map; of a match, which is made of patterns that nobody wants to read, what they stand for."""
    words = list(value.map)
    told = []
    if words:
        told.append("one of " + ", ".join(words[:20]) + (f" and {len(words) - 20} more" if len(words) > 20 else ""))
    if value.match:
        told.append("a word for " + ", ".join(dict.fromkeys(value.match.values())))
    return ", or ".join(told)
