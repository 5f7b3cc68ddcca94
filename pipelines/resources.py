"""What assets are handed: the home, and a rule for trouble that comes from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from connectors.declaration import Declaration
from connectors.errors import ThroughlineError, Transient, TryLater
from connectors.home import Home
from identity.tokens import Tokeniser
from pipelines.settings import declarations, open_tokeniser

_RETRIES = 4
_FIRST_WAIT_SECONDS = 5
_LONGEST_WAIT_SECONDS = 3600
"""Whoever asks for more is asked again sooner: a mistaken header should not cost a day."""


class HomeResource(dg.ConfigurableResource[None]):
    """The home that the run works on; ``root`` comes from THROUGHLINE_HOME."""

    root: str

    def open(self) -> Home:
        return Home(Path(self.root)).open()

    def tokeniser(self) -> Tokeniser:
        return open_tokeniser(self.open())

    def declaration(self, tool: str) -> Declaration:
        """The tool's declaration with the home's settings as they are now, not as they were when Dagster loaded."""
        return declarations(self.open())[tool]


@contextmanager
def outside_trouble_is_retried(context: dg.AssetExecutionContext) -> Iterator[None]:
    """Retry with doubling waits what may pass by itself (:class:`Transient`); fail at once on anything else.

    A server that says how long it wants to be left alone is left alone that long, up to an hour.
    Not a RetryPolicy: that repeats every exception, and a wrong declaration does not get right by waiting.
    """
    try:
        yield
    except Transient as error:
        asked = (error.wait_seconds if isinstance(error, TryLater) else None) or 0
        wait = max(min(asked, _LONGEST_WAIT_SECONDS), _FIRST_WAIT_SECONDS * 2**context.retry_number)
        raise dg.RetryRequested(max_retries=_RETRIES, seconds_to_wait=wait) from error
    except ThroughlineError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
