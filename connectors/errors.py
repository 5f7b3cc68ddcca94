"""What can go wrong while reading, sorted by what the caller does next.

    ThroughlineError
    ├── SettingsError      fix a setting, a declaration or the key, then run again
    ├── OriginalRefused    this original is set aside with a reason; the others go on
    └── Transient          try again later; nothing is wrong with the data
        └── TryLater       a server asks for patience, and may say for how much

A rejected *row* is not an error: it is landed among the rejects with its reason.
"""

from __future__ import annotations


class ThroughlineError(Exception):
    """Root of every error that Throughline raises on purpose. ``str()`` of it is meant for a person."""


class SettingsError(ThroughlineError):
    """A setting, declaration or key must be mended first. The message names the place and the fix."""


class OriginalRefused(ThroughlineError):
    """A whole original can't be read as what it should be.

    ``reason`` says what was found and what was expected, ``next_step`` what to do; neither holds a value of
    the original, because both are published in the ledger.
    """

    def __init__(self, reason: str, next_step: str) -> None:
        super().__init__(f"{reason} Next: {next_step}")
        self.reason = reason
        self.next_step = next_step

    def __reduce__(self) -> tuple[type[OriginalRefused], tuple[str, str]]:
        """So that it can be raised in another process than the one that found it."""
        return type(self), (self.reason, self.next_step)


class Transient(ThroughlineError):
    """Temporary trouble outside (network, server, file system); the same call may succeed later."""


class TryLater(Transient):
    """A server asks for patience; ``wait_seconds`` is how much, where it says so."""

    def __init__(self, message: str, wait_seconds: float | None = None) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds
