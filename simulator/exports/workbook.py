"""Excel workbooks (.xlsx) whose bytes are the same for the same content."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import xlsxwriter


@contextmanager
def workbook(content: io.BytesIO, created: datetime) -> Iterator[xlsxwriter.Workbook]:
    """A workbook that is written to ``content`` when the block ends. ``created``, local and naive, stands in it."""
    with xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "dd-mm-yyyy"}) as book:
        book.set_properties({"created": created})
        yield book
