"""What has landed, as identity reads it: all units of a kind, or of a part of the vault, as one table."""

from __future__ import annotations

from pathlib import Path


def landed_in(folder: Path, *, with_file: bool = False) -> str:
    """All Parquet files below a folder, in SQL; ``with_file``: and in ``filename`` which one a row is from."""
    return (
        f"read_parquet('{folder.as_posix()}/**/*.parquet', union_by_name = true, filename = {str(with_file).lower()})"
    )
