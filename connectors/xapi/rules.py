"""The rules of an xAPI statement, exact, over one decoded statement or one part of it.

    bytes --strict_json--> value --statement(dialect)--> nothing, or the first Violation

The standard is written here as tables: what an object may hold, what it must hold, and what each member has to
be; rules that tie members together stand beside the table they belong to. Types are taken as sent: ``"true"``
is not a boolean and ``"0.5"`` is not a number. What a statement may do but a reader should know (a timestamp
without a zone, say) is not a violation; see `statements`.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

from connectors.xapi import formats
from connectors.xapi.rulebook import VOIDED
from connectors.xapi.shapes import (
    Check,
    array,
    boolean,
    constant,
    duration,
    extensions,
    iri,
    is_object,
    language_map,
    language_tag,
    mailto,
    natural_number,
    number,
    scalar,
    sha1,
    shape,
    text,
    uuid,
)
from connectors.xapi.strict_json import Violation, decode


class Dialect(StrEnum):
    """1.0.x of the ADL specification, or 2.0 (IEEE 9274.1.1)."""

    XAPI_1 = "1.0.3"
    XAPI_2 = "2.0.0"


# -------------------------------------------------------------------------------------- agents and groups

_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
_account = shape({"homePage": iri, "name": text}, required=("homePage", "name"))
_IDENTITY: dict[str, Check] = {
    "name": text, "mbox": mailto, "mbox_sha1sum": sha1, "openid": iri, "account": _account,
}  # fmt: skip


def _identifiers(value: dict[str, Any]) -> int:
    return sum(name in value for name in _IDENTIFIERS)


def _one_identifier(value: Any, at: str) -> None:
    if _identifiers(value) != 1:
        raise Violation("one_identifier", at)


def _group_identity(value: Any, at: str) -> None:
    if _identifiers(value) > 1:
        raise Violation("one_identifier", at)
    if _identifiers(value) == 0 and not value.get("member"):
        raise Violation("anonymous_group", at)


agent = shape({"objectType": constant("Agent"), **_IDENTITY}, also=(_one_identifier,))
group = shape(
    {"objectType": constant("Group"), **_IDENTITY, "member": array(agent)},
    required=("objectType",),
    also=(_group_identity,),
)


def actor(value: Any, at: str) -> None:
    """Agent or Group; without ``objectType`` it is an Agent, so a ``member`` is unknown to it."""
    is_object(value, at)
    constant("Agent", "Group")(value.get("objectType", "Agent"), f"{at}/objectType")
    (group if value.get("objectType") == "Group" else agent)(value, at)


def authority(value: Any, at: str) -> None:
    """An Agent, or for three-legged OAuth an anonymous Group of exactly two Agents (2.4.9)."""
    actor(value, at)
    if value.get("objectType") == "Group" and (_identifiers(value) or len(value["member"]) != 2):
        raise Violation("authority", at)


# ------------------------------------------------------------------------------------- verb and activities

verb = shape({"id": iri, "display": language_map}, required=("id",))

_COMPONENTS = {
    "choices": ("choice", "sequencing"), "scale": ("likert",), "source": ("matching",),
    "target": ("matching",), "steps": ("performance",),
}  # fmt: skip
_component = shape({"id": text, "description": language_map}, required=("id",))


def _components(value: Any, at: str) -> None:
    array(_component)(value, at)
    if len({component["id"] for component in value}) < len(value):
        raise Violation("component_ids", at)


def _interaction(value: Any, at: str) -> None:
    kind = value.get("interactionType")
    if kind is None and ("correctResponsesPattern" in value or any(name in value for name in _COMPONENTS)):
        raise Violation("interaction_type", at)
    for name, kinds in _COMPONENTS.items():
        if name in value and kind not in kinds:
            raise Violation("interaction_components", f"{at}/{name}")


_definition = shape(
    {
        "name": language_map, "description": language_map, "type": iri, "moreInfo": iri, "extensions": extensions,
        "interactionType": constant(
            "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert",
            "numeric", "other", rule="interaction_type",
        ),
        "correctResponsesPattern": array(text),
        **dict.fromkeys(_COMPONENTS, _components),
    },
    also=(_interaction,),
)  # fmt: skip
activity = shape({"objectType": constant("Activity"), "id": iri, "definition": _definition}, required=("id",))
statement_ref = shape({"objectType": constant("StatementRef"), "id": uuid}, required=("objectType", "id"))

# -------------------------------------------------------------------------------------- result and context


def _score_order(value: Any, at: str) -> None:
    low, high, raw = value.get("min", -math.inf), value.get("max", math.inf), value.get("raw")
    if "min" in value and "max" in value and not low < high:
        raise Violation("score_order", at)
    if raw is not None and not low <= raw <= high:
        raise Violation("score_order", f"{at}/raw")


def _scaled(value: Any, at: str) -> None:
    number(value, at)
    if not -1 <= value <= 1:
        raise Violation("score_scaled", at)


score = shape({"scaled": _scaled, "raw": number, "min": number, "max": number}, also=(_score_order,))
result = shape(
    {
        "score": score, "success": boolean, "completion": boolean, "response": text, "duration": duration,
        "extensions": extensions,
    }
)  # fmt: skip


def _activities(value: Any, at: str) -> None:
    """One activity, or an array of them: LRSs return arrays, clients of 0.9 and 1.0 send single ones."""
    (array(activity) if isinstance(value, list) else activity)(value, at)


context_activities = shape(dict.fromkeys(("parent", "grouping", "category", "other"), _activities))


def _relevant_types(value: Any, at: str) -> None:
    array(iri)(value, at)
    if not value:
        raise Violation("relevant_types", at)


def _context_party(kind: str, member: str, check: Check) -> Check:
    members = {"objectType": constant(kind), member: check, "relevantTypes": _relevant_types}
    return array(shape(members, required=("objectType", member)))


_CONTEXT: dict[str, Check] = {
    "registration": uuid, "instructor": actor, "team": group, "contextActivities": context_activities,
    "revision": text, "platform": text, "language": language_tag, "statement": statement_ref, "extensions": extensions,
}  # fmt: skip
_CONTEXT_2: dict[str, Check] = _CONTEXT | {
    "contextAgents": _context_party("contextAgent", "agent", agent),
    "contextGroups": _context_party("contextGroup", "group", group),
}
contexts = {Dialect.XAPI_1: shape(_CONTEXT), Dialect.XAPI_2: shape(_CONTEXT_2)}

attachment = shape(
    {
        "usageType": iri, "display": language_map, "description": language_map, "contentType": text,
        "length": natural_number, "sha2": text, "fileUrl": iri,
    },
    required=("usageType", "display", "contentType", "length", "sha2"),
)  # fmt: skip
attachments = array(attachment)

# ---------------------------------------------------------------------------------------------- statements


def _activity_context(value: Any, at: str) -> None:
    """``revision`` and ``platform`` describe an Activity, so they need one as the object (2.4.6)."""
    context = value.get("context", {})
    if value["object"].get("objectType", "Activity") != "Activity":
        for name in ("revision", "platform"):
            if name in context:
                raise Violation("context_of_activity", f"{at}/context/{name}")


def _void(value: Any, at: str) -> None:
    if value["verb"]["id"] == VOIDED and value["object"].get("objectType") != "StatementRef":
        raise Violation("voids_statement_ref", f"{at}/object")


def _instant(dialect: Dialect) -> Check:
    strict = dialect is Dialect.XAPI_2
    return scalar("timestamp", str, lambda text: formats.parse_instant(text, strict=strict) is not None)


def _version(dialect: Dialect) -> Check:
    major = "1.0" if dialect is Dialect.XAPI_1 else "2.0"
    return scalar("version", str, lambda text: text == major or text.startswith(f"{major}."))


_REQUIRED = ("actor", "verb", "object")
_ACROSS = (_activity_context, _void)


def _parts(dialect: Dialect) -> dict[str, Check]:
    """What a statement and a sub-statement have in common."""
    return {
        "actor": actor, "verb": verb, "result": result, "context": contexts[dialect],
        "timestamp": _instant(dialect), "attachments": attachments,
    }  # fmt: skip


def _object_of(sub_statement: Check | None) -> Check:
    kinds: dict[str, Check] = {"Activity": activity, "Agent": agent, "Group": group, "StatementRef": statement_ref}
    if sub_statement is not None:
        kinds["SubStatement"] = sub_statement

    def check(value: Any, at: str) -> None:
        is_object(value, at)
        kind = value.get("objectType", "Activity")
        constant(*kinds)(kind, f"{at}/objectType")
        kinds[kind](value, at)

    return check


def _object(dialect: Dialect) -> Check:
    """The object of a statement; a sub-statement in it holds no other (2.4.4.3)."""
    own = {"objectType": constant("SubStatement"), "object": _object_of(None)}
    return _object_of(shape(_parts(dialect) | own, required=_REQUIRED, also=_ACROSS))


objects = {dialect: _object(dialect) for dialect in Dialect}


def any_version(value: Any, at: str) -> None:
    """1.0.x or 2.0.x; which of them the rest of the statement must follow is `dialect_of`'s to say."""
    _version(Dialect.XAPI_2 if str(value).startswith("2") else Dialect.XAPI_1)(value, at)


def _statement(dialect: Dialect) -> Check:
    whole: dict[str, Check] = {
        "id": uuid, "stored": _instant(dialect), "authority": authority, "version": _version(dialect),
        "object": objects[dialect],
    }  # fmt: skip
    return shape(_parts(dialect) | whole, required=_REQUIRED, also=_ACROSS)


STATEMENT = {dialect: _statement(dialect) for dialect in Dialect}


def dialect_of(statement: Any) -> Dialect:
    """The dialect that a statement speaks: its version says so, or a context that only 2.0 has."""
    if not isinstance(statement, dict):
        return Dialect.XAPI_1
    if "version" in statement:
        return Dialect.XAPI_2 if str(statement["version"]).startswith("2.") else Dialect.XAPI_1
    context = statement.get("context")
    news = isinstance(context, dict) and not context.keys().isdisjoint(("contextAgents", "contextGroups"))
    return Dialect.XAPI_2 if news else Dialect.XAPI_1


def judge(raw: bytes, dialect: Dialect | None = None) -> Violation | None:
    """The first rule that a statement breaks, or None. Without a dialect the statement's own counts."""
    return judged(raw, dialect)[1]


def judged(raw: bytes, dialect: Dialect | None = None) -> tuple[Any, Violation | None]:
    """A statement as decoded (None where it can't be) and the first rule that it breaks, or None."""
    value: Any = None
    try:
        value = decode(raw)
        STATEMENT[dialect or dialect_of(value)](value, "")
    except Violation as violation:
        return value, violation
    except RecursionError:
        return value, Violation("json_depth", "")
    return value, None


def breaks(check: Check, raw: bytes) -> bool:
    """Whether one part, as raw bytes, breaks a rule of its own."""
    try:
        check(decode(raw), "")
    except (Violation, RecursionError):
        return True
    return False
