"""Secrets are no settings: each is in the environment, or in a file that the environment names."""

from __future__ import annotations

import os
from pathlib import Path

from connectors.errors import SettingsError


def secret(name: str) -> str | None:
    """The secret that goes by this name, or that the file named by ``<name>_FILE`` holds; None where neither is set.

    Raises ``SettingsError`` where the file can't be read.
    """
    if value := os.environ.get(name):
        return value
    if not (path := os.environ.get(f"{name}_FILE")):
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file that {name}_FILE names can't be read ({type(error).__name__}).") from None
