"""What is made from declarations, so that it can't say anything else.

    connectors/records.py                    ──> docs/record_kinds.md
    dbt_project/models/marts/*.semantic.yml  ──> docs/metrics.md
    connectors/catalogue/*.yaml              ──> docs/connectors.md
    connectors/declaration/schema.py         ──> connectors/catalogue/declaration.schema.json
    the strategy workbook's connector        ──> connectors/catalogue/templates/strategy_workbook.xlsx
    connectors/catalogue/*.yaml              ──> the table in README.md

`make docs` writes them, `make check` fails when one of them is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from connectors.declaration import Declaration, catalogue
from connectors.declaration.editor_schema import SCHEMA_FILE, schema_text
from connectors.declaration.schema import Export
from connectors.mapping import kinds_of
from connectors.records import (
    CONTRACT_VERSION,
    EXTRAS,
    LATE_ROW_COLUMNS,
    LEDGER_COLUMNS,
    PROVENANCE,
    REJECT_COLUMNS,
    REPLAY_COLUMNS,
    Column,
    Privacy,
    RecordKind,
    kinds,
)
from connectors.sources.rest import explaining
from connectors.templates import template

_CHECKOUT = Path(__file__).resolve().parents[1]
_README = _CHECKOUT / "README.md"
_CATALOGUE = _CHECKOUT / "connectors" / "catalogue"
_MARTS = _CHECKOUT / "dbt_project" / "models" / "marts"

_KINDS_PREFACE = f"""\
<!-- Made by `make docs` from connectors/records.py. Change it there. -->

# Record kinds

Every tool's data lands as one of these tables (landing contract `{CONTRACT_VERSION}`), one Parquet file for each unit
of landing. The warehouse knows kinds, never tools.

**Types** are DuckDB's. Instants (`TIMESTAMP`) are UTC; days (`DATE`) are the learner's local day. A `JSON` column
lands as text. A value outside *allowed* is a reject, as is an empty one where a value is required.

**Privacy** is part of the type:

| privacy | what it means |
|---|---|
| open | lands as it is; text is searched for e-mail addresses, which are masked |
| token | identifies a person: only a keyed token of it lands, 32 hexadecimal characters |
| vault | never lands: it is kept in the restricted vault, beside the token |

**The key** makes two rows of one tool the same record. The same key with the same content again is a duplicate.
"""


def record_kinds_page() -> str:
    """Every record kind as a section, after the columns that all of them share; then landing's own two tables."""
    declared = list(kinds())
    contents = "\n".join(f"- [`{kind.name}`](#{kind.name}): {kind.grain}" for kind in declared)
    return "\n".join(
        (
            _KINDS_PREFACE,
            contents,
            "",
            "## In every kind",
            "",
            "Provenance comes first, and what no column of the kind holds comes last.",
            "",
            _table((*PROVENANCE, EXTRAS)),
            *map(_section, declared),
            "## Landing's own tables",
            "",
            "### `ledger`",
            "",
            "One row is one record kind of one unit of landing: read = landed + rejected + duplicate + erased.",
            "",
            _table(LEDGER_COLUMNS),
            "### `rejects`",
            "",
            "One row is one rejected record. The record itself stays in the restricted zone.",
            "",
            _table(REJECT_COLUMNS),
            "### `late_rows`",
            "",
            "One row is one window of a pull that was pulled again, and one day of events that this changed.",
            "",
            _table(LATE_ROW_COLUMNS),
            "### `replays`",
            "",
            "One row is one record kind of a unit that was landed again, by another declaration or with another end.",
            "",
            _table(REPLAY_COLUMNS),
        )
    )


def _section(kind: RecordKind) -> str:
    return f"## `{kind.name}`\n\nOne row is {kind.grain}.\n\nKey: {_key(kind)}\n\n{_table(kind.columns)}"


def _key(kind: RecordKind) -> str:
    columns = ", ".join(f"`{name}`" for name in kind.key)
    if kind.repeats:
        return f"{columns}, and the number of the occurrence: identical rows are separate records here."
    if kind.keeps_versions:
        return f"{columns}. Another content under the same key is a later version, and both are kept."
    return f"{columns}."


def _table(columns: tuple[Column, ...]) -> str:
    head = "| column | type | required | allowed | privacy | meaning |\n|---|---|---|---|---|---|\n"
    return head + "".join(map(_row, columns))


def _row(column: Column) -> str:
    required = "yes" if column.required else ""
    privacy = "" if column.privacy is Privacy.OPEN else f"**{column.privacy.value}**"
    meaning = column.meaning.replace("|", "\\|")
    return f"| `{column.name}` | {column.type.value} | {required} | {_allowed(column)} | {privacy} | {meaning} |\n"


def _allowed(column: Column) -> str:
    if column.allowed:
        return ", ".join(f"`{value}`" for value in column.allowed)
    if column.not_before:
        return f"not before `{column.not_before}`"
    if column.minimum is None:
        return "" if column.maximum is None else f"≤ {column.maximum:g}"
    return f"≥ {column.minimum:g}" if column.maximum is None else f"{column.minimum:g} to {column.maximum:g}"


_METRICS_PREFACE = """\
<!-- Made by `make docs` from dbt_project/models/marts/*.semantic.yml. Change it there. -->

# Metrics

A metric is defined once, beside the fact that it counts, and is published as rows of `metrics.fct_metric_result`: with
numerator, denominator, n, interval, coverage and a status. A figure about fewer persons than the smallest group is
suppressed, as is what would tell it from beside it; one whose follow-up isn't over is provisional; one that people were
asked for comes with its response rate and the bounds of what the silent may have said.

**The strongest claim** bounds what a figure may be said to show. It takes a tier of LTEM (Thalheimer's
Learning-Transfer Evaluation Model): counting who came, tier 1, shows nothing about what was learned.
"""


def metrics_page() -> str:
    """Every metric that is written to the results; metrics that are only parts of one appear inside it."""
    declared = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_MARTS.glob("*.semantic.yml"))]
    measures = {
        measure["name"]: measure
        for content in declared
        for model in content.get("semantic_models", [])
        for measure in model.get("measures", [])
    }
    metrics = [metric for content in declared for metric in content.get("metrics", [])]
    results = sorted((metric for metric in metrics if _result(metric)), key=lambda metric: str(metric["name"]))
    return "\n".join((_METRICS_PREFACE, *(_metric(metric, measures) for metric in results)))


def _result(metric: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = metric.get("config", {}).get("meta", {}).get("result", {})
    return result


def _metric(metric: dict[str, Any], measures: dict[str, dict[str, Any]]) -> str:
    result = _result(metric)
    parts = metric["type_params"]
    counted = parts.get("numerator") or parts["measure"]
    tier = f"LTEM tier {result['ltem_tier']}" if result["ltem_tier"] else "no tier"
    facts = {
        "catalogue": f"{result['catalogue_id']}, version {result['version']}",
        "unit": result["unit"],
        "counted": _part(counted, measures),
        "of": _part(parts["denominator"], measures) if "denominator" in parts else "",
        "could not be used": _part(result["missing"], measures),
        "estimated by": result.get("estimator", "quotient").replace("quotient", "").replace("_", " "),
        "asked": _part(result["invited"], measures) if result.get("invited") else "",
        "period": result["period"] or "as of now",
        "follow-up": f"{result['follow_up_days']} days" if result["follow_up_days"] else "",
        "cut by": ", ".join(result["grains"]),
        "smallest group": f"{result['minimum_persons']} persons" if result["persons"] else "",
        "strongest claim": f"{result['max_claim']} ({tier})",
        "for": result["purpose"],
        "aligned with": result["aligned_with"] or "",
    }
    rows = "".join(f"| {name} | {fact} |\n" for name, fact in facts.items() if fact)
    return f"## `{metric['name']}`: {metric['label']}\n\n{metric['description'].strip()}\n\n| | |\n|---|---|\n{rows}"


def _part(name: str, measures: dict[str, dict[str, Any]]) -> str:
    return f"`{name}`: {measures[name]['description'].strip()}" if name in measures else f"`{name}`"


_CONNECTORS_PREFACE = """\
<!-- Made by `make docs` from connectors/catalogue/*.yaml. Change it there. -->

# Connectors

A tool is active when its folder in the inbox has files; nothing has to be switched on. **Confirmed** means that the
layout was taken from the maker's documentation or from real files; a *draft* is from knowledge. A tool that is not
here: `throughline connector new FILE` drafts its declaration.
"""


def connectors_page() -> str:
    """Every connector of the catalogue: what it reads, how that is exported, and what it becomes."""
    declared = sorted(catalogue(_CATALOGUE).values(), key=lambda declaration: declaration.tool)
    rows = [
        f"| [`{d.tool}`](#{d.tool}) | {d.title} | {d.status} | {', '.join(sorted(kinds_of(d)))} |" for d in declared
    ]
    overview = "\n".join(["| tool | what | status | becomes |", "|---|---|---|---|", *rows])
    return "\n".join((_CONNECTORS_PREFACE, overview, "", *map(_connector, declared)))


def _connector(declaration: Declaration) -> str:
    exports = [
        f"| {export.title} | {export.how.strip()} | {export.delivers} | {', '.join(sorted(_yields(export)))} |"
        for export in declaration.exports.values()
    ]
    table = "\n".join(["| export | how to get it | delivers | becomes |", "|---|---|---|---|", *exports])
    about = f"{declaration.title}. {declaration.about.strip()}"
    return "\n\n".join((f"## {declaration.tool}", about, table, *_api(declaration))) + "\n"


def _api(declaration: Declaration) -> Iterator[str]:
    """What a tool that can be pulled needs."""
    if needs := [f"- {need.replace('<', '&lt;')}" for need in explaining.needs(declaration)]:
        yield "[From its API](pulling.md):"
        yield "\n".join(needs)


def _yields(export: Export) -> tuple[str, ...]:
    return export.yields or tuple(export.kinds)


_BEGINS, _ENDS = "<!-- Tools: made by `make docs`. -->\n", "<!-- End of tools. -->"


def readme() -> str:
    """The README with its table of tools as it is now; everything else in it is written by people."""
    before, rest = _README.read_text(encoding="utf-8").split(_BEGINS)
    _, after = rest.split(_ENDS)
    return f"{before}{_BEGINS}{_tools()}{_ENDS}{after}"


def _tools() -> str:
    rows = [
        f"| [{d.title}](docs/connectors.md#{d.tool}) | `{d.tool}` | {d.status} | {_becomes(d)} |"
        for d in sorted(catalogue(_CATALOGUE).values(), key=lambda declaration: declaration.title.casefold())
    ]
    return "\n".join(["", "| tool | folder | status | becomes |", "|---|---|---|---|", *rows, "", ""])


def _becomes(declaration: Declaration) -> str:
    """Record kinds, those of the strategy as one."""
    found = {"strategy" if kind.startswith("strategy_") else kind for kind in kinds_of(declaration)}
    return ", ".join(name.replace("_", " ") for name in sorted(found))


def strategy_workbook() -> bytes:
    """The template that ships: what L&D fills in."""
    return template(catalogue(_CATALOGUE)["strategy_workbook"])


MADE: dict[str, Callable[[], str | bytes]] = {
    "docs/record_kinds.md": record_kinds_page,
    "docs/metrics.md": metrics_page,
    "docs/connectors.md": connectors_page,
    "README.md": readme,
    f"connectors/catalogue/{SCHEMA_FILE}": schema_text,
    "connectors/catalogue/templates/strategy_workbook.xlsx": strategy_workbook,
}


def main() -> None:
    """Write everything; with ``--check`` only compare, and say what is stale and what mends it."""
    parser = argparse.ArgumentParser(description="Write what is made from declarations.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    check = parser.parse_args().check
    made = {name: _bytes(make()) for name, make in MADE.items()}
    stale = [name for name, content in made.items() if _found(_CHECKOUT / name) != content]
    if check and stale:
        sys.exit(f"{', '.join(stale)}: not what the declarations say now. Next: make docs")
    for name in stale:
        path = _CHECKOUT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made[name])


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def _found(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


if __name__ == "__main__":
    main()
