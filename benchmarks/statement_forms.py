"""The same statements in the other forms in which they come: gzipped, and as pages of an LRS."""

from __future__ import annotations

import gzip
import shutil
from itertools import islice
from pathlib import Path

STATEMENTS_A_PAGE = 500


def write_head(file: Path, head: Path, count: int) -> None:
    """The first statements of a file."""
    with file.open("rb") as source, head.open("wb") as target:
        target.writelines(islice(source, count))


def write_gzipped(file: Path, packed: Path) -> None:
    with file.open("rb") as source, gzip.GzipFile(packed, "wb", compresslevel=6, mtime=0) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def write_pages(file: Path, pages: Path) -> None:
    """A page on each line, as an LRS answers and a pull may archive it."""
    with file.open("rb") as source, pages.open("wb") as target:
        while some := [line.rstrip(b"\n") for line in islice(source, STATEMENTS_A_PAGE)]:
            target.write(b'{"statements":[%b],"more":"/xapi/statements?page=2"}\n' % b",".join(some))
