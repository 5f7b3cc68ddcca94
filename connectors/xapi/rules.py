"""The rules of an xAPI statement, exact, over one decoded statement or one part of it.

    bytes --decode--> value --statement(dialect)--> nothing, or the first Violation

The standard is written here as tables: what an object may hold, what it must hold, and what each member has to
be; rules that tie members together stand beside the table they belong to. Types are taken as sent: ``"true"``
is not a boolean and ``"0.5"`` is not a number. What a statement may do but a reader should know (a timestamp
without a zone, say) is not a violation; see `flatten`.

A violation names its rule and a JSON pointer and never the value, because reasons leave the restricted zone.
Names of unknown properties don't appear in pointers either: they may hold anything.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, NoReturn

from connectors.xapi import formats
from connectors.xapi.rulebook import RULES, VOIDED


class Dialect(StrEnum):
    """1.0.x of the ADL specification, or 2.0 (IEEE 9274.1.1)."""

    XAPI_1 = "1.0.3"
    XAPI_2 = "2.0.0"


class Violation(Exception):
    """A rule that is broken. ``pointer`` is the JSON pointer of the place."""

    def __init__(self, rule: str, pointer: str) -> None:
        super().__init__(f"{rule} at {pointer or '/'}")
        self.rule = rule
        self.pointer = pointer or "/"

    @property
    def expected(self) -> str:
        return RULES[self.rule].expected


Check = Callable[[Any, str], None]
"""Raises :class:`Violation` for a value at a JSON pointer."""

# ------------------------------------------------------------------------------------------------ decoding


def decode(raw: bytes) -> Any:
    """Strict JSON: UTF-8, no key twice, no NaN, no lone surrogate, depth within reason."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Violation("encoding", "") from None
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError:
        raise Violation("json_depth", "") from None
    except ValueError:
        raise Violation("json_syntax", "") from None
    if "\\u" in text:
        _refuse_surrogates(value)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Violation("duplicate_key", "")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_surrogates(value: Any) -> None:
    """Half a character (``\\ud800`` alone) can't be written as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Violation("encoding", "") from None


# ------------------------------------------------------------------------------------------------- scalars


def _scalar(rule: str, kind: type, has_format: Callable[[Any], bool] = lambda _: True) -> Check:
    def check(value: Any, at: str) -> None:
        if value is None:
            raise Violation("null_value", at)
        if type(value) is not kind:
            raise Violation("data_type", at)
        if not has_format(value):
            raise Violation(rule, at)

    return check


def _number(value: Any, at: str) -> None:
    if value is None:
        raise Violation("null_value", at)
    if type(value) not in (int, float):
        raise Violation("data_type", at)
    if isinstance(value, float) and not math.isfinite(value):
        raise Violation("number_size", at)


_text = _scalar("data_type", str)
_boolean = _scalar("data_type", bool)
_uuid = _scalar("uuid", str, formats.is_uuid)
_iri = _scalar("iri", str, formats.is_iri)
_duration = _scalar("duration", str, lambda text: formats.parse_duration(text) is not None)
_language = _scalar("language_tag", str, formats.is_language_tag)
_mailto = _scalar("mbox", str, formats.is_mailto)
_sha1 = _scalar("mbox_sha1sum", str, formats.is_sha1)
_natural = _scalar("natural_number", int, lambda value: value >= 0)


def _constant(*allowed: str, rule: str = "object_type") -> Check:
    return _scalar(rule, str, lambda value: value in allowed)


# -------------------------------------------------------------------------------------- objects and arrays


def shape(members: Mapping[str, Check], *, required: Iterable[str] = (), also: tuple[Check, ...] = ()) -> Check:
    """A closed object: only ``members``, all ``required`` ones, each as its check wants, then rules across them."""
    must = tuple(required)

    def check(value: Any, at: str) -> None:
        _is_object(value, at)
        for name in must:
            if name not in value:
                raise Violation("required", f"{at}/{name}")
        for name, member in value.items():
            if name not in members:
                raise Violation("unknown_property", at)
            members[name](member, f"{at}/{name}")
        for rule in also:
            rule(value, at)

    return check


def _is_object(value: Any, at: str) -> None:
    if value is None:
        raise Violation("null_value", at)
    if not isinstance(value, dict):
        raise Violation("data_type", at)


def _array(item: Check) -> Check:
    def check(value: Any, at: str) -> None:
        if value is None:
            raise Violation("null_value", at)
        if not isinstance(value, list):
            raise Violation("data_type", at)
        for index, element in enumerate(value):
            item(element, f"{at}/{index}")

    return check


def _map(rule: str, is_key: Callable[[str], bool], item: Check | None) -> Check:
    def check(value: Any, at: str) -> None:
        _is_object(value, at)
        for name, element in value.items():
            if not is_key(name):
                raise Violation(rule, at)
            if item is not None:
                item(element, f"{at}/*")

    return check


language_map = _map("language_tag", formats.is_language_tag, _text)
extensions = _map("extension_key", formats.is_iri, None)

# -------------------------------------------------------------------------------------- agents and groups

_IDENTIFIERS = ("mbox", "mbox_sha1sum", "openid", "account")
_account = shape({"homePage": _iri, "name": _text}, required=("homePage", "name"))
_IDENTITY: dict[str, Check] = {
    "name": _text, "mbox": _mailto, "mbox_sha1sum": _sha1, "openid": _iri, "account": _account,
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


agent = shape({"objectType": _constant("Agent"), **_IDENTITY}, also=(_one_identifier,))
group = shape(
    {"objectType": _constant("Group"), **_IDENTITY, "member": _array(agent)},
    required=("objectType",),
    also=(_group_identity,),
)


def actor(value: Any, at: str) -> None:
    """Agent or Group; without ``objectType`` it is an Agent, so a ``member`` is unknown to it."""
    _is_object(value, at)
    _constant("Agent", "Group")(value.get("objectType", "Agent"), f"{at}/objectType")
    (group if value.get("objectType") == "Group" else agent)(value, at)


def authority(value: Any, at: str) -> None:
    """An Agent, or for three-legged OAuth an anonymous Group of exactly two Agents (2.4.9)."""
    actor(value, at)
    if value.get("objectType") == "Group" and (_identifiers(value) or len(value["member"]) != 2):
        raise Violation("authority", at)


# ------------------------------------------------------------------------------------- verb and activities

verb = shape({"id": _iri, "display": language_map}, required=("id",))

_COMPONENTS = {
    "choices": ("choice", "sequencing"), "scale": ("likert",), "source": ("matching",),
    "target": ("matching",), "steps": ("performance",),
}  # fmt: skip
_component = shape({"id": _text, "description": language_map}, required=("id",))


def _components(value: Any, at: str) -> None:
    _array(_component)(value, at)
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
        "name": language_map, "description": language_map, "type": _iri, "moreInfo": _iri, "extensions": extensions,
        "interactionType": _constant(
            "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert",
            "numeric", "other", rule="interaction_type",
        ),
        "correctResponsesPattern": _array(_text),
        **dict.fromkeys(_COMPONENTS, _components),
    },
    also=(_interaction,),
)  # fmt: skip
activity = shape({"objectType": _constant("Activity"), "id": _iri, "definition": _definition}, required=("id",))
statement_ref = shape({"objectType": _constant("StatementRef"), "id": _uuid}, required=("objectType", "id"))

# -------------------------------------------------------------------------------------- result and context


def _score_order(value: Any, at: str) -> None:
    low, high, raw = value.get("min", -math.inf), value.get("max", math.inf), value.get("raw")
    if "min" in value and "max" in value and not low < high:
        raise Violation("score_order", at)
    if raw is not None and not low <= raw <= high:
        raise Violation("score_order", f"{at}/raw")


def _scaled(value: Any, at: str) -> None:
    _number(value, at)
    if not -1 <= value <= 1:
        raise Violation("score_scaled", at)


score = shape({"scaled": _scaled, "raw": _number, "min": _number, "max": _number}, also=(_score_order,))
result = shape(
    {
        "score": score, "success": _boolean, "completion": _boolean, "response": _text, "duration": _duration,
        "extensions": extensions,
    }
)  # fmt: skip


def _activities(value: Any, at: str) -> None:
    """One activity, or an array of them: LRSs return arrays, clients of 0.9 and 1.0 send single ones."""
    (_array(activity) if isinstance(value, list) else activity)(value, at)


context_activities = shape(dict.fromkeys(("parent", "grouping", "category", "other"), _activities))


def _relevant_types(value: Any, at: str) -> None:
    _array(_iri)(value, at)
    if not value:
        raise Violation("relevant_types", at)


def _context_party(kind: str, member: str, check: Check) -> Check:
    members = {"objectType": _constant(kind), member: check, "relevantTypes": _relevant_types}
    return _array(shape(members, required=("objectType", member)))


_CONTEXT: dict[str, Check] = {
    "registration": _uuid, "instructor": actor, "team": group, "contextActivities": context_activities,
    "revision": _text, "platform": _text, "language": _language, "statement": statement_ref, "extensions": extensions,
}  # fmt: skip
_CONTEXT_2: dict[str, Check] = _CONTEXT | {
    "contextAgents": _context_party("contextAgent", "agent", agent),
    "contextGroups": _context_party("contextGroup", "group", group),
}
contexts = {Dialect.XAPI_1: shape(_CONTEXT), Dialect.XAPI_2: shape(_CONTEXT_2)}

attachment = shape(
    {
        "usageType": _iri, "display": language_map, "description": language_map, "contentType": _text,
        "length": _natural, "sha2": _text, "fileUrl": _iri,
    },
    required=("usageType", "display", "contentType", "length", "sha2"),
)  # fmt: skip
attachments = _array(attachment)

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
    return _scalar("timestamp", str, lambda text: formats.parse_instant(text, strict=strict) is not None)


def _version(dialect: Dialect) -> Check:
    major = "1.0" if dialect is Dialect.XAPI_1 else "2.0"
    return _scalar("version", str, lambda text: text == major or text.startswith(f"{major}."))


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
        _is_object(value, at)
        kind = value.get("objectType", "Activity")
        _constant(*kinds)(kind, f"{at}/objectType")
        kinds[kind](value, at)

    return check


def _object(dialect: Dialect) -> Check:
    """The object of a statement; a sub-statement in it holds no other (2.4.4.3)."""
    own = {"objectType": _constant("SubStatement"), "object": _object_of(None)}
    return _object_of(shape(_parts(dialect) | own, required=_REQUIRED, also=_ACROSS))


objects = {dialect: _object(dialect) for dialect in Dialect}


def any_version(value: Any, at: str) -> None:
    """1.0.x or 2.0.x; which of them the rest of the statement must follow is `dialect_of`'s to say."""
    _version(Dialect.XAPI_2 if str(value).startswith("2") else Dialect.XAPI_1)(value, at)


def _statement(dialect: Dialect) -> Check:
    whole: dict[str, Check] = {
        "id": _uuid, "stored": _instant(dialect), "authority": authority, "version": _version(dialect),
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
    try:
        value = decode(raw)
        STATEMENT[dialect or dialect_of(value)](value, "")
    except Violation as violation:
        return violation
    except RecursionError:
        return Violation("json_depth", "")
    return None


def breaks(check: Check, raw: bytes) -> bool:
    """Whether one part, as raw bytes, breaks a rule of its own."""
    try:
        check(decode(raw), "")
    except (Violation, RecursionError):
        return True
    return False
