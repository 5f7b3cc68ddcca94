"""The physical lines of a text file, for the originals of rejected records."""

from __future__ import annotations

from pathlib import Path


class RawLines:
    """Reads forward once: ask for records in the order of the file."""

    def __init__(self, path: Path) -> None:
        self._file = path.open(encoding="utf-8", newline="")
        self._next = 1
        self._last: tuple[int, str] = (0, "")

    def between(self, first: int, following: int | None) -> str:
        """Lines ``first`` up to before ``following`` (to the end where None), without the last line end."""
        if self._last[0] == first:
            return self._last[1]
        while self._next < first and next(self._file, None) is not None:
            self._next += 1
        found = []
        while following is None or self._next < following:
            line = next(self._file, None)
            if line is None:
                break
            self._next += 1
            found.append(line)
        self._last = (first, "".join(found).rstrip("\r\n"))
        return self._last[1]

    def __enter__(self) -> RawLines:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
