"""Durable writes: aside, fsync, rename. A reader sees the old file or the new one, never half of either.

The same of files that others write: which ones are not whole yet.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path, PurePath

import pyarrow as pa
import pyarrow.parquet as pq

_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", ".partial", ".swp")


def is_passed_over(path: PurePath) -> bool:
    """Whether a file that somebody dropped is hidden, or has the name of one that is still being written."""
    hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return hidden or path.name.lower().endswith(_UNFINISHED)


def replace_durably(aside: Path, target: Path) -> None:
    """Move a finished file into place so that it survives a crash of the machine right after.

    ``aside`` must be on the file system of ``target``: a rename across file systems is a copy, and not atomic.
    """
    replace_all_durably({aside: target})


def replace_all_durably(moves: Mapping[Path, Path]) -> None:
    """Move several finished files (aside → target) into place, each in one step. They may lie in different folders."""
    folders = {target.parent for target in moves.values()}
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    _flush(moves)
    for aside, target in moves.items():
        os.replace(aside, target)
    _flush(folders)


def _flush(paths: Collection[Path]) -> None:
    """Wait until all are on disk. Asked for all at once, a journaling disk is done nearly as soon as for one."""
    if len(paths) > 1:
        list(_side_by_side().map(_flush_one, paths))
    else:
        for path in paths:
            _flush_one(path)


def _flush_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@cache
def _side_by_side() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=16, thread_name_prefix="flush")


def written_aside(table: pa.Table, target: Path) -> Path:
    """Write a small table as Parquet beside its target, for `replace_all_durably` to move there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.aside")
    pq.write_table(table, aside, compression="zstd")
    return aside


def write_table(table: pa.Table, target: Path) -> None:
    """Write a small table as Parquet, durably."""
    replace_durably(written_aside(table, target), target)
