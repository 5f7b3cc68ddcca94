"""Which tables readers of the published database get to see, where persons are concerned. It fails closed.

    a mart without a column that singles out a person                     published
    a mart with one, and `meta: {published: pseudonymous}` in dbt         published
    any other mart with one, and whatever says `published: false`         stays in the warehouse

The list stands in `dbt_project.yml`. What others observed of somebody, what somebody said in a survey or reaches by a
KPI is on it for nobody, however pseudonymous (`DESIGN.md`, section 9): metrics tell of it, with their smallest groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

_PERSONS = "person|manager|learner|observer|approver|respondent|response"
_SINGLES_OUT = re.compile(rf"(^|_)({_PERSONS})_(key|sk)$|^({_PERSONS})$")
"""Names of columns that a person, or one response of a person, is known by."""

PSEUDONYMOUS = "pseudonymous"


class Readership:
    """What the models of one manifest declare about being published."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._declared = {
            (node["schema"], node["alias"]): node["config"].get("meta", {}).get("published")
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model"
        }

    def sees(self, schema: str, table: str, columns: Iterable[str]) -> bool:
        """Whether the table is published, by what it declares and by the columns that it really has."""
        declared = self._declared.get((schema, table))
        if declared is False:
            return False
        return declared == PSEUDONYMOUS or not any(map(_SINGLES_OUT.search, columns))
