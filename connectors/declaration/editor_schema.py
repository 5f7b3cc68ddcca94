"""A connector file as JSON Schema (draft 2020-12), so that editors complete its words and underline what is none.

    # yaml-language-server: $schema=declaration.schema.json

It is made from the same classes that check a file when it is loaded, and from the record kinds, whose columns and
allowed words an editor offers with their meaning. What only the whole file can tell (a column that the export does
not have) is said when the file is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from connectors.declaration.schema import Declaration
from connectors.records import Column, RecordKind, kinds

SCHEMA_FILE = "declaration.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"
"""What the first line of a connector file says to editors, where the schema lies beside it."""

Schema = dict[str, Any]


def schema_text() -> str:
    """The schema of a connector file, as the text of the file that editors read."""
    return json.dumps(editor_schema(), indent=1, ensure_ascii=False) + "\n"


def editor_schema() -> Schema:
    """The schema of a connector file."""
    schema = Declaration.model_json_schema(mode="validation")
    _as_yaml_is_written(schema)
    parts: dict[str, Schema] = schema["$defs"]
    parts["Export"]["properties"]["kinds"] = _kinds(parts)
    yields = {"enum": [kind.name for kind in kinds()]}
    parts["Export"]["properties"]["yields"] = {"anyOf": [yields, {"type": "array", "items": yields}]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Throughline connector"} | schema


def _as_yaml_is_written(schema: Schema) -> None:
    """Every scalar of a file is read as text: ``1``, ``true`` and ``null`` are words, too."""
    for part in _parts(schema):
        if isinstance(part.get("title"), str):
            del part["title"]
        if part.get("default", ...) in (None, ""):
            del part["default"]
        if part.get("type") == "string" and not {"enum", "const", "pattern"} & set(part):
            part["type"] = ["string", "number", "boolean", "null"]
        if isinstance(part.get("description"), str):
            part["description"] = _plain(part["description"])


def _parts(node: Any) -> Iterator[Schema]:
    if isinstance(node, dict):
        yield node
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in inner:
        yield from _parts(child)


def _plain(docstring: str) -> str:
    """Paragraphs without the line breaks of the source; double backquotes are single ones to an editor."""
    paragraphs = re.split(r"\n\s*\n", docstring.replace("``", "`"))
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _kinds(parts: dict[str, Schema]) -> Schema:
    """A part for each record kind, with its columns; what all of them share is referred to and not repeated."""
    parts["ColumnValue"] = parts["KindMapping"]["properties"]["columns"]["additionalProperties"]
    named = {kind.name: _kind(kind, parts["KindMapping"]) for kind in kinds()}
    return {"type": "object", "properties": named, "additionalProperties": False}


def _kind(kind: RecordKind, mapping: Schema) -> Schema:
    shared = {name: {"$ref": f"#/$defs/KindMapping/properties/{name}"} for name in mapping["properties"]}
    columns = {c.name: {"$ref": "#/$defs/ColumnValue", "description": _meaning(c)} for c in kind.columns}
    of_kind = {"columns": {"type": "object", "properties": columns, "additionalProperties": False}}
    grain = f"One row is {kind.grain}. Key: {', '.join(kind.key)}."
    return mapping | {"description": grain, "properties": shared | of_kind}


def _meaning(column: Column) -> str:
    required = "Required. " if column.required else ""
    allowed = f" One of {', '.join(column.allowed)}." if column.allowed else ""
    return f"{required}{column.type.value}, {column.privacy.value}: {column.meaning}.{allowed}"
