"""What rules are made of: checks of one value, and of objects, arrays and maps of checked values.

A check is called with a value and the JSON pointer where it stands, and raises :class:`Violation`. Names of
unknown properties and of keys that a statement may choose are no part of pointers: they may hold anything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.xapi import formats
from connectors.xapi.strict_json import Violation

Check = Callable[[Any, str], None]
"""Raises :class:`Violation` for a value at a JSON pointer."""

# ------------------------------------------------------------------------------------------------- scalars


def scalar(rule: str, kind: type, has_format: Callable[[Any], bool] = lambda _: True) -> Check:
    def check(value: Any, at: str) -> None:
        if value is None:
            raise Violation("null_value", at)
        if type(value) is not kind:
            raise Violation("data_type", at)
        if not has_format(value):
            raise Violation(rule, at)

    return check


def number(value: Any, at: str) -> None:
    if value is None:
        raise Violation("null_value", at)
    if type(value) not in (int, float):
        raise Violation("data_type", at)
    if abs(value) > sys.float_info.max:
        raise Violation("number_size", at)


text = scalar("data_type", str)
boolean = scalar("data_type", bool)
uuid = scalar("uuid", str, formats.is_uuid)
iri = scalar("iri", str, formats.is_iri)
duration = scalar("duration", str, lambda text: formats.parse_duration(text) is not None)
language_tag = scalar("language_tag", str, formats.is_language_tag)
mailto = scalar("mbox", str, formats.is_mailto)
sha1 = scalar("mbox_sha1sum", str, formats.is_sha1)
natural_number = scalar("natural_number", int, lambda value: value >= 0)


def constant(*allowed: str, rule: str = "object_type") -> Check:
    return scalar(rule, str, lambda value: value in allowed)


# -------------------------------------------------------------------------------------- objects and arrays


def shape(members: Mapping[str, Check], *, required: Iterable[str] = (), also: tuple[Check, ...] = ()) -> Check:
    """A closed object: only ``members``, all ``required`` ones, each as its check wants, then rules across them."""
    must = tuple(required)

    def check(value: Any, at: str) -> None:
        is_object(value, at)
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


def is_object(value: Any, at: str) -> None:
    if value is None:
        raise Violation("null_value", at)
    if not isinstance(value, dict):
        raise Violation("data_type", at)


def array(item: Check) -> Check:
    def check(value: Any, at: str) -> None:
        if value is None:
            raise Violation("null_value", at)
        if not isinstance(value, list):
            raise Violation("data_type", at)
        for index, element in enumerate(value):
            item(element, f"{at}/{index}")

    return check


def mapping(rule: str, is_key: Callable[[str], bool], item: Check | None) -> Check:
    def check(value: Any, at: str) -> None:
        is_object(value, at)
        for name, element in value.items():
            if not is_key(name):
                raise Violation(rule, at)
            if item is not None:
                item(element, f"{at}/*")

    return check


language_map = mapping("language_tag", formats.is_language_tag, text)
extensions = mapping("extension_key", formats.is_iri, None)
