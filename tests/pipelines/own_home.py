"""A home for tests, in an environment that says nothing else of Throughline."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.home import Home
from pipelines.settings import use_home


@contextmanager
def own_home(root: Path) -> Iterator[Home]:
    """Use ``root`` as the home, without key, day or home of whoever runs the tests; afterwards all is as it was."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("THROUGHLINE_")]:
        del os.environ[name]
    try:
        yield use_home(root).open()
    finally:
        os.environ.clear()
        os.environ.update(before)
