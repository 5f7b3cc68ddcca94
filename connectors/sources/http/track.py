"""Where pages have led so far. A way back, or a way on that never brings anything new, is no way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from connectors.errors import Transient

_MOST_REPEATED_PAGES = 100


class Track:
    """``who`` leads us; addresses may be any text that names a page."""

    def __init__(self, who: str, address: str) -> None:
        self._who = who
        self._addresses = {address}
        self._contents: set[bytes] = set()
        self._repeated = 0

    def goes_on(self, address: str, content: Iterable[bytes]) -> None:
        """``content`` is what the page before held. Raises Transient for a circle."""
        if address in self._addresses:
            raise Transient(f"{self._who} leads in a circle: a page names as the next one a page that was read before.")
        self._addresses.add(address)
        mark = hashlib.blake2b(b"\n".join(content), digest_size=16).digest()
        self._repeated = self._repeated + 1 if mark in self._contents else 0
        self._contents.add(mark)
        if self._repeated > _MOST_REPEATED_PAGES:
            raise Transient(
                f"{self._who} leads in a circle: its last {self._repeated} pages held what was read before, each under "
                "another address."
            )
