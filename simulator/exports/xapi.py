"""The LRS's monthly dumps: newline-delimited, as an array, or as the page that its API returns; some gzipped.

A dump holds what was stored in its month: late statements stand in a later one. Each also holds a few
statements twice and one that breaks a rule; one dump has a line that was cut off, and one was partly sent
again as a file of its own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from simulator.exports.files import Folder
from simulator.exports.statements import BREAKABLE, Player, Recorded, broken_copy
from simulator.world.period import Period, Streams

FORMATS = (".ndjson", ".json.gz", "_page.json", ".ndjson.gz", ".json", "_page.json.gz")
DUPLICATE_SHARE = 0.008
REDELIVERED_SHARE = 0.4
"""Share of the first dump, its end, that a second file repeats."""


@dataclass(frozen=True)
class Sent:
    """Where a statement stands; the truth lists them all. ``copies`` counts it within the file."""

    recorded: Recorded
    file: str
    copies: int = 1


def export(recorded: Sequence[Recorded], period: Period, folder: Folder, streams: Streams) -> list[Sent]:
    rng = streams.of("dumps")
    player = Player(rng)
    sent: list[Sent] = []
    for ordinal, (first, last) in enumerate(zip(period.first_days(), period.month_ends(), strict=True)):
        month = [one for one in recorded if first <= one.stored.date() <= last]
        if not month:
            continue
        rule = BREAKABLE[ordinal % len(BREAKABLE)]
        broken = broken_copy(month[int(rng.integers(len(month)))], rule, player.new_id())
        name = f"statements_{first:%Y-%m}{FORMATS[ordinal % len(FORMATS)]}"
        exported = datetime.combine(last + timedelta(days=1), time(3))
        once = sorted([*month, broken], key=lambda one: (one.stored, one.statement_id))
        twice = [one for one in month if rng.random() < DUPLICATE_SHARE]
        torn = month[len(month) // 2] if ordinal == 0 else None
        content = _render([one.statement for one in (*once, *twice)], name, torn)
        folder.write(
            name, content, exported, records=len(once) + len(twice) + (torn is not None),
            rejected=1 + (torn is not None), duplicate=len(twice), redelivered=0,
        )  # fmt: skip
        again = {one.statement_id for one in twice}
        sent += [Sent(one, name, 2 if one.statement_id in again else 1) for one in once]
        if ordinal == 0:
            sent += _redeliver(month, exported, folder)
    return sent


def _redeliver(month: list[Recorded], exported: datetime, folder: Folder) -> list[Sent]:
    part = month[int(len(month) * (1 - REDELIVERED_SHARE)) :]
    name = f"redelivery_{exported:%Y-%m-%d}.ndjson"
    content = _render([one.statement for one in part], name)
    counts = {"records": len(part), "rejected": 0, "duplicate": 0, "redelivered": len(part)}
    folder.write(name, content, exported + timedelta(days=2), **counts)
    return [Sent(one, name) for one in part]


def _render(statements: list[dict[str, object]], name: str, torn: Recorded | None = None) -> bytes:
    lines = [_json(statement) for statement in statements]
    if ".ndjson" in name:
        if torn is not None:
            lines.insert(len(lines) // 2, _json(torn.statement)[:180])
        return "".join(f"{line}\n" for line in lines).encode()
    if "_page" in name:
        return f'{{"statements":[{",".join(reversed(lines))}],"more":""}}'.encode()
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _json(statement: dict[str, object]) -> str:
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":"))
