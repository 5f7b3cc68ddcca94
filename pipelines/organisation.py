"""What an organisation says of itself, for the models: when its fiscal year starts, and which providers are its own.

``organisation: {fiscal_year_start_month: 4, internal_providers: [Our Academy, People Development]}`` in settings.yml
"""

from __future__ import annotations

from typing import Any

from connectors.errors import SettingsError
from connectors.home import Home

_KNOWN = ("fiscal_year_start_month", "internal_providers")


def organisation(home: Home) -> dict[str, str]:
    """Environment of dbt: the settings as macros/organisation.sql reads them; empty where nothing is said.

    Raises SettingsError where a setting is unknown or isn't what it should be.
    """
    said = home.settings().get("organisation") or {}
    if not isinstance(said, dict) or (unknown := set(said) - set(_KNOWN)):
        wrong = f" There is no {sorted(unknown)[0]}." if isinstance(said, dict) else ""
        raise SettingsError(f"settings.yml: organisation should be a mapping of {' and '.join(_KNOWN)}.{wrong}")
    return {
        "THROUGHLINE_FISCAL_YEAR_START": _month(said.get("fiscal_year_start_month")),
        "THROUGHLINE_INTERNAL_PROVIDERS": "|".join(_names(said.get("internal_providers") or [])),
    }


def _month(said: Any) -> str:
    if said is None:
        return ""
    if type(said) is not int or not 1 <= said <= 12:
        raise SettingsError(
            f"settings.yml: organisation.fiscal_year_start_month should be a month from 1 to 12, not {said!r}."
        )
    return str(said)


def _names(said: Any) -> list[str]:
    if not isinstance(said, list) or not all(isinstance(name, str) and name.strip() for name in said):
        raise SettingsError("settings.yml: organisation.internal_providers should list names, such as [Our Academy].")
    if barred := [name for name in said if "|" in name]:
        raise SettingsError(f"settings.yml: organisation.internal_providers: {barred[0]!r} must not hold a bar (|).")
    return [name.strip() for name in said]
