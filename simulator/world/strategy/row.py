"""One row of a sheet."""

from __future__ import annotations

Row = dict[str, object]
"""Column → text, number, date, True or False; None where the cell is blank."""
