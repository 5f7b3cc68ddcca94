"""Who asks, and what proves it. Loads no HTTP library, so that settings can be read without one."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """User and password, or client id and client secret; neither shows in a representation."""

    name: str = field(repr=False)
    secret: str = field(repr=False)
