"""Who may void: what settings.yml lists, as tokens, because the warehouse knows nobody by name.

``tools: {xapi: {voiding_authorities: [{account: {homePage: "https://lrs.example.org", name: administrator}}]}}``
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from connectors.errors import SettingsError
from connectors.home import Home
from connectors.xapi import rules
from connectors.xapi.people import People
from pipelines.settings import declarations, open_tokeniser


def voiding_authorities(home: Home) -> list[str]:
    """``tool:token`` of every listed authority. A tool that lists none trusts its LRS, which let them void."""
    listed = {tool: each.options.get("voiding_authorities") or () for tool, each in declarations(home).items()}
    if not any(listed.values()):
        return []
    people = People(open_tokeniser(home), {})
    return sorted(
        f"{tool}:{people.token(agent)}" for tool, agents in listed.items() for agent in _checked(tool, agents)
    )


def _checked(tool: str, agents: Iterable[Any]) -> Iterable[Any]:
    for agent in agents:
        if not isinstance(agent, dict) or rules.breaks(rules.agent, msgspec.json.encode(agent)):
            raise SettingsError(
                f"settings.yml: tools.{tool}.voiding_authorities should list agents as statements name them, such "
                'as {mbox: "mailto:lrs@example.org"} or {account: {homePage: "https://lrs.example.org", name: admin}}.'
            )
        yield agent
