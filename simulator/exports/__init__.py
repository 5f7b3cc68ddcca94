"""One module per tool: what the simulated company looks like in that tool's own files, quirks included.

Each has a class that is made from a :class:`~simulator.world.world.World` and a
:class:`~simulator.exports.files.Folder`, is handed one month after the other, and writes what that tool exports:

    Tool(world, folder).month(happenings)      once a month, in order; the last one says ``is_last``

An export keeps no more of past months than the tool's own reports need, so memory follows people and not events.
"""

from __future__ import annotations

from typing import Protocol

from simulator.world.happenings import Happenings


class Export(Protocol):
    """A tool's exports as the months go by."""

    def month(self, happened: Happenings) -> None: ...
