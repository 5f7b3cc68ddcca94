"""Durable writes: aside, fsync, rename. A reader sees the old file or the new one, never half of either."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def replace_durably(aside: Path, target: Path) -> None:
    """Move a finished file into place so that it survives a crash of the machine right after.

    ``aside`` must be on the file system of ``target``: a rename across file systems is a copy, and not atomic.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(aside, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_table(table: pa.Table, target: Path) -> None:
    """Write a small table as Parquet, durably."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.aside")
    pq.write_table(table, aside, compression="zstd")
    replace_durably(aside, target)
