"""DECLARE: what a connector file may say.

    catalogue/<tool>.yaml --yaml_lines--> text --schema, checks--> Declaration --settings--> as a home has it

schema       the words of a connector file, as types; `notations` says how single values are written
checks       what it says of record kinds, against these
complaints   what is said about a mistake: place, what was allowed, the nearest match
loading      one file, or the whole catalogue
settings     what the settings of a home change, and which installations of a tool it has
editor_schema  all of it as JSON Schema, for editors
yaml_lines   YAML with the line of every place in it
"""

from connectors.declaration.checks import GIVEN
from connectors.declaration.loading import CATALOGUE, catalogue, load, written_at
from connectors.declaration.schema import Condition, Declaration, Export, Header, Items, KindMapping, Value
from connectors.declaration.settings import configured, with_settings

__all__ = [
    "CATALOGUE",
    "GIVEN",
    "Condition",
    "Declaration",
    "Export",
    "Header",
    "Items",
    "KindMapping",
    "Value",
    "catalogue",
    "configured",
    "load",
    "with_settings",
    "written_at",
]
