"""READ, as assets: one multi-asset per tool, which reads each original once, and the landing tables that dbt reads.

    inbox/<tool> → [<tool>/<kind> …] → landing/<kind> → landing/identity_links

A tool's originals are taken in, those that the ledger does not know are landed, and what every kind gained is
the metadata of its asset. There is no cursor beside the ledger, so a rerun is a no-op.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import dagster as dg

from connectors import archive, landing, mapping
from connectors.declaration import Declaration
from connectors.home import Home
from connectors.landing import Landed, Original
from connectors.records import RECORD_KINDS
from connectors.series import series_of
from identity.tokens import Tokeniser
from pipelines.activity_decisions import TABLE as ACTIVITY_DECISIONS
from pipelines.activity_decisions import write_activity_decisions
from pipelines.identities import write_identities
from pipelines.progress import stage
from pipelines.resources import HomeResource, outside_trouble_is_retried

PARTS = ("read", "landed", "rejected", "duplicate")
"""What becomes of rows when they land: read = landed + rejected + duplicate."""


@dataclass
class ToolLanding:
    """What one tool landed in one go."""

    units: list[Landed] = field(default_factory=list)

    def rows(self, kind: str) -> Counter[str]:
        """Rows of one kind that were read, landed, rejected and duplicate."""
        total: Counter[str] = Counter()
        for row in (row for unit in self.units for row in unit.rows if row["record_kind"] == kind):
            total.update({part: row[f"rows_{part}"] for part in PARTS})
        return total

    @property
    def refused(self) -> list[Landed]:
        return [unit for unit in self.units if unit.status == "refused"]


def pending(home: Home, declaration: Declaration) -> list[Original]:
    """Archived originals that wait to be landed.

    The ledger does not know them, their landing was cut off, or an older declaration refused them.
    """
    ledger = landing.ledger(home, declaration.tool).select(["unit", "status", "declaration_version"]).to_pylist()
    settled = {
        row["unit"]
        for row in ledger
        if row["status"] == "landed" or row["declaration_version"] == declaration.declaration_version
    }
    settled -= landing.interrupted(home, declaration.tool)
    return [original for original in archive.originals(home, declaration.tool) if original.unit not in settled]


def land_tool(home: Home, declaration: Declaration, tokeniser: Tokeniser) -> ToolLanding:
    """Take in what waits in the tool's inbox and land whatever is pending."""
    with mapping.expecting(declaration, archive.waiting(home, declaration.tool)):
        archive.take_in(home, declaration.tool)
        return land_originals(home, declaration, tokeniser, pending(home, declaration))


def land_originals(
    home: Home,
    declaration: Declaration,
    tokeniser: Tokeniser,
    originals: list[Original],
    *,
    accept_fewer: bool = False,
    keep_unchanged: bool = False,
) -> ToolLanding:
    landed = ToolLanding()
    continued = {series_of(name): series_of(first) for name, first in declaration.series.items()}
    known = landing.ledger(home, declaration.tool).to_pylist() if originals else []
    with stage(f"land {declaration.tool}", len(originals)) as step:
        for original in originals:
            unit = landing.land(
                home,
                replace(original, continued=continued),
                partial(read, declaration),
                declaration.declaration_version,
                tokeniser,
                before=known,
                accept_fewer=accept_fewer,
                keep_unchanged=keep_unchanged,
            )
            landed.units.append(unit)
            known += unit.rows
            step()
    return landed


def read(
    declaration: Declaration, original: Original, tokeniser: landing.Tokeniser, scratch: landing.Scratch
) -> landing.MappedUnit:
    """What landing asks of a reader, once the declaration is given."""
    return mapping.read(original, declaration, tokeniser, scratch)


def rows_standing(home: Home, tool: str | None = None) -> Counter[str]:
    """Landed rows by kind (of one tool), from this run and all before it."""
    counts: Counter[str] = Counter()
    for row in landing.ledger(home, tool).select(["record_kind", "rows_landed"]).to_pylist():
        counts[row["record_kind"]] += row["rows_landed"]
    return counts


def meaning(kind: str) -> str:
    """What a record kind is, as its assets describe it."""
    return f"One row is {RECORD_KINDS[kind].grain}."


def tool_assets(declaration: Declaration) -> dg.AssetsDefinition:
    """The multi-asset of one tool: a key ``<tool>/<kind>`` for every record kind that its exports can yield."""
    tool = declaration.tool
    specs = [
        dg.AssetSpec([tool, kind], description=meaning(kind), kinds={"parquet"})
        for kind in mapping.kinds_of(declaration)
    ]

    @dg.multi_asset(
        name=tool, specs=specs, pool="landing", description=f"{declaration.title}: each original is read once."
    )
    def land(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
        with outside_trouble_is_retried(context):
            landed = land_tool(home.open(), home.declaration(tool), home.tokeniser())
        for unit in landed.refused:
            context.log.warning(f"{tool}: an original was refused. {unit.reason}")
        standing = rows_standing(home.open(), tool)
        originals = {"originals_read": len(landed.units), "originals_refused": len(landed.refused)}
        for spec in specs:
            kind = spec.key.path[-1]
            rows = {f"rows_{part}": landed.rows(kind)[part] for part in PARTS}
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata={"dagster/row_count": standing[kind], **rows, **originals}
            )

    return land


def landing_assets(declarations: dict[str, Declaration], pulls: Sequence[dg.AssetsDefinition]) -> dg.AssetsDefinition:
    """The tables that the warehouse reads: one per record kind, whichever tools fill it, and landing's own."""
    sources: dict[str, list[dg.AssetKey]] = defaultdict(list)
    for tool, declaration in declarations.items():
        for kind in mapping.kinds_of(declaration):
            sources[kind].append(dg.AssetKey([tool, kind]))
    for key in sorted(key for each in pulls for key in each.keys):
        sources[key.path[-1]].append(key)
    everything = [key for keys in sources.values() for key in keys]
    specs = [
        dg.AssetSpec(["landing", kind], deps=sources[kind], description=meaning(kind), kinds={"parquet"})
        for kind in RECORD_KINDS
    ]
    specs += [
        dg.AssetSpec(["landing", table], deps=everything, description=text, kinds={"parquet"})
        for table, text in (
            ("ledger", "What became of every unit."),
            ("rejects", "Why rows were rejected; no values."),
            ("late_rows", "What arrived after its window had been closed."),
            ("replays", "What a corrected declaration made of originals that had been landed before."),
        )
    ]
    decided = "Which offerings persons decided to be one activity, or none with others."
    specs.append(dg.AssetSpec(["landing", ACTIVITY_DECISIONS], description=decided, kinds={"parquet"}))

    @dg.multi_asset(name="landing", specs=specs, description="Every table is there, if only with no rows.")
    def tables(home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
        opened = home.open()
        landing.write_zero_rows(opened)
        write_activity_decisions(opened)
        standing = rows_standing(opened)
        for spec in specs:
            table = spec.key.path[-1]
            rows = {"dagster/row_count": standing[table]} if table in RECORD_KINDS else {}
            units = sum(1 for _ in opened.landed(table).glob("*/*.parquet"))
            yield dg.MaterializeResult(asset_key=spec.key, metadata={**rows, "units": units})

    return tables


@dg.multi_asset(
    name="identity",
    specs=[
        dg.AssetSpec(
            ["landing", table],
            deps=[["landing", "people"], ["landing", "accounts"]],
            description=text,
            kinds={"parquet"},
        )
        for table, text in (
            ("identity_links", "Which person each token stands for, by which rule."),
            ("person_aliases", "Person keys that were merged into older ones."),
        )
    ],
    pool="warehouse",
    description="Resolve tokens to persons. Only this asset reads the vault.",
)
def identity_assets(home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
    counts = write_identities(home.open())
    yield dg.MaterializeResult(asset_key=["landing", "identity_links"], metadata=dict(counts))
    yield dg.MaterializeResult(asset_key=["landing", "person_aliases"])
