"""Progress for whoever watches: a bar in the terminal, log lines in Dagster, nothing in a test.

Work reports in steps (``with stage("moodle", 12) as step: step()``); who shows them is decided by the caller of
the run, so that no asset knows of a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter

Step = Callable[[], None]
Watcher = Callable[[str, int, int], None]
"""Is told the stage's name, steps done, and steps in all."""

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)
_seconds: dict[str, float] = {}


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[dict[str, float]]:
    """Let ``watcher`` see every stage inside; yields the seconds that each stage took, as they become known."""
    _seconds.clear()
    token = _watcher.set(watcher)
    try:
        yield _seconds
    finally:
        _watcher.reset(token)


@contextmanager
def stage(name: str, steps: int = 1) -> Iterator[Step]:
    """One stage of a run. Leaving it counts as done, however many steps were reported."""
    watcher = _watcher.get()
    done = 0

    def step() -> None:
        nonlocal done
        done = min(done + 1, steps)
        if watcher:
            watcher(name, done, steps)

    began = perf_counter()
    if watcher:
        watcher(name, 0, steps)
    try:
        yield step
    finally:
        _seconds[name] = _seconds.get(name, 0.0) + perf_counter() - began
    if watcher:
        watcher(name, steps, steps)
