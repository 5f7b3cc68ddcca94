"""What exactness costs: landing a file of statements against reading it without any rule, and in other forms.

file of statements → read | flatten | ingest, by turns
  its first 50,000 → pandas, whose rate is scaled
         its forms → ingest of each, by turns: as it is, gzipped, as pages of an LRS
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measuring import agree, by_turns, say
from benchmarks.statement_forms import write_gzipped, write_head, write_pages
from benchmarks.statements import write_statements

SAMPLE = 50_000
MOST_IN_FORMS = 1_000_000
"""Statements that are written in every form; a larger file is only read as it is."""

_NAMES = {
    "read": "DuckDB: typed read of all fields, nothing written",
    "flatten": "DuckDB: typed flatten to Parquet, nothing checked",
    "ingest": "Throughline: archive, exact rules, tokens, ledger, Parquet",
    "pandas": f"pandas: `json_normalize` to Parquet, nothing checked ({SAMPLE:,} statements, scaled)",
}
_FORMS = {"ingest": "one statement a line", "gzipped": "the same, gzipped", "pages": "pages of an LRS, 500 each"}


def measure(folder: Path, count: int, rounds: int) -> dict[str, Any]:
    """Figures of all contenders."""
    file, scratch = folder / "statements.ndjson", folder / "scratch"
    say(f"writing {count:,} statements …")
    size = write_statements(file, count)
    ways = {
        "read": ("read", str(file)),
        "flatten": ("flatten", str(file), str(scratch / "flat.parquet")),
        **{form: ("ingest", str(path), str(scratch / "home")) for form, path in _forms_of(file, count).items()},
    }
    found = by_turns(ways, rounds, scratch)
    agree(found)
    sample = folder / "sample.ndjson"
    write_head(file, sample, SAMPLE)
    found |= by_turns({"pandas": ("pandas", str(sample), str(scratch / "pandas.parquet"))}, rounds, scratch)
    told = {name: asdict(figures) for name, figures in found.items()}
    return {"count": count, "bytes": size, "processors": os.cpu_count(), **told}


def _forms_of(file: Path, count: int) -> dict[str, Path]:
    """The file, and others that hold the same in another form."""
    if count > MOST_IN_FORMS:
        return {"ingest": file}
    say("writing the other forms …")
    packed, pages = file.with_suffix(".ndjson.gz"), file.with_name("pages.ndjson")
    write_gzipped(file, packed)
    write_pages(file, pages)
    return {"ingest": file, "gzipped": packed, "pages": pages}


def told(measured: dict[str, Any]) -> str:
    """Markdown."""
    parts = [_contenders(measured), *([_forms(measured)] if "pages" in measured else [])]
    return "\n".join(parts)


def _contenders(measured: dict[str, Any]) -> str:
    a_statement = {name: median(measured[name]["seconds"]) / measured[name]["told"]["rows"] for name in _NAMES}
    rows = [
        f"| {title} | {spread(measured[name]['seconds'])} | {1 / a_statement[name]:,.0f} "
        f"| {a_statement[name] / a_statement['flatten']:.2f} × | {a_statement['read'] / a_statement[name]:.2f} "
        f"| {measured[name]['peak_mb']:,.0f} |"
        for name, title in _NAMES.items()
    ]
    return f"""\
## {measured["count"]:,} statements in one file

| | seconds | statements a second | wall against the flatten | speed against the read | peak MB |
|---|---|---|---|---|---|
{chr(10).join(rows)}

Memory is that of the largest process. None of the others checks a rule, archives, or makes tokens. Peers that need
packages which Throughline does not (dlt, ClickHouse, Ralph's models, polars) are not measured here.
"""


def _forms(measured: dict[str, Any]) -> str:
    plain = median(measured["ingest"]["seconds"])
    rows = [
        f"| {title} | {spread(measured[form]['seconds'])} | {median(measured[form]['seconds']) / plain:.2f} × "
        f"| {measured[form]['peak_mb']:,.0f} |"
        for form, title in _FORMS.items()
    ]
    return f"""\
## The same statements in other forms

| landed | seconds | wall against the first | peak MB |
|---|---|---|---|
{chr(10).join(rows)}
"""


def spread(seconds: list[float]) -> str:
    return f"{median(seconds):.1f} ({min(seconds):.1f}–{max(seconds):.1f})"
