"""What is said about a mistake in a connector file, in the words of the file."""

from __future__ import annotations

import re
import types
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from connectors.declaration.yaml_lines import Place

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def unknown(what: str, name: str, allowed: Sequence[str]) -> str:
    """What is wrong, what was allowed, and the nearest match."""
    near = get_close_matches(name, allowed, n=1, cutoff=0.5)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    return f"unknown {what} '{name}'; allowed: {', '.join(allowed)}{hint}"


def explained(root: type[BaseModel], error: ErrorDetails) -> tuple[Place, str]:
    """Place and message of one error of the schema, in the words of the file."""
    place = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        model = _model_at(root, place[:-1])
        fields = model.model_fields.items() if model else ()
        return place, unknown(
            "key", str(place[-1]), [field.alias or name for name, field in fields if not field.exclude]
        )
    if error["type"] == "missing":
        return place, f"the key '{place[-1]}' is missing"
    if error["type"] == "literal_error":
        expected = str(error.get("ctx", {}).get("expected", ""))
        return place, unknown("value", str(error["input"]), re.findall(r"'([^']*)'", expected))
    return place, error["msg"].removeprefix("Value error, ")


def _model_at(model: type[BaseModel] | None, place: Place) -> type[BaseModel] | None:
    """The schema class that describes a place."""
    for step in place:
        if model is None:
            return None
        field = next((f for name, f in model.model_fields.items() if step in (name, f.alias)), None)
        if field is not None:
            model = _model_in(field.annotation)
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The schema class inside ``dict[str, M]``, ``tuple[M, ...]``, ``M | None`` or ``Annotated[M, …]``."""
    if isinstance(annotation, type) and get_origin(annotation) is None:
        return annotation if issubclass(annotation, BaseModel) else None
    if get_origin(annotation) in (dict, tuple, Union, types.UnionType) or hasattr(annotation, "__metadata__"):
        return next((m for m in map(_model_in, get_args(annotation)) if m), None)
    return None
