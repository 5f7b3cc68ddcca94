"""What persons decided about which offerings are one activity: a file under version control that outlives replays.

    - decision: same                     # one course, offered in two tools without a code that says so
      offerings: [moodle course:12, udemy_business 4711]
      decided_by: L&D catalogue
      decided_on: 2026-03-02
      because: same provider and syllabus

``different`` keeps a proposal from being made again; ``split`` (one offering) takes an offering out of the activity
that its code or IRI puts it in. An offering is written as its tool, a blank, and the activity as the tool names it.

    <home>/decisions/activities.yml ─→ standing ─→ landing/activity_decisions ─→ int_activity_harmonised
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from connectors.errors import SettingsError
from connectors.files import write_table
from connectors.home import Home
from connectors.landing import table_schema

TABLE = "activity_decisions"
OFFERINGS_OF = {"same": 2, "different": 2, "split": 1}
"""The decisions that there are, and how many offerings each is about."""


class Offering(NamedTuple):
    """One activity as one tool identifies it."""

    tool: str
    activity_id: str

    @classmethod
    def read(cls, text: str) -> Offering:
        """``moodle course:12`` → the offering. Raises ValueError where there is no blank."""
        tool, blank, activity_id = text.strip().partition(" ")
        if not blank or not activity_id.strip():
            raise ValueError(f"'{text}' is no offering: expected a tool, a blank, and the activity's id in it.")
        return cls(tool, activity_id.strip())

    def __str__(self) -> str:
        return f"{self.tool} {self.activity_id}"


@dataclass(frozen=True)
class ActivityDecision:
    decision: str
    offerings: tuple[Offering, ...]
    decided_by: str
    decided_on: date
    because: str

    @property
    def pair(self) -> frozenset[Offering]:
        return frozenset(self.offerings)


def decisions_file(home: Home) -> Path:
    """Where decisions about activities are kept. It names no person: put it under version control as it is."""
    return home.root / "decisions" / "activities.yml"


def read_decisions(path: Path) -> list[ActivityDecision]:
    """All decisions, oldest first; none where there is no file. Raises SettingsError where it can't be read."""
    if not path.exists():
        return []
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except yaml.YAMLError as error:
        raise SettingsError(f"{path.name}: not YAML: {error}. Mend the file, or take the last version back.") from error
    if not isinstance(entries, list):
        raise SettingsError(f"{path.name}: expected a list of decisions, each beginning with `- decision:`.")
    return [_decision(f"{path.name}, decision {place}", entry) for place, entry in enumerate(entries, start=1)]


def _decision(where: str, entry: Any) -> ActivityDecision:
    fields = set(ActivityDecision.__dataclass_fields__)
    if not isinstance(entry, dict) or set(entry) != fields:
        raise SettingsError(f"{where}: expected exactly {', '.join(sorted(fields))}.")
    wanted = OFFERINGS_OF.get(entry["decision"])
    if wanted is None:
        raise SettingsError(f"{where}: '{entry['decision']}' is none of {', '.join(OFFERINGS_OF)}.")
    told = entry["offerings"] if isinstance(entry["offerings"], list) else []
    try:
        offerings = tuple(Offering.read(str(text)) for text in told)
    except ValueError as error:
        raise SettingsError(f"{where}: {error}") from error
    if len(set(offerings)) != wanted:
        raise SettingsError(f"{where}: '{entry['decision']}' is about {wanted} different offering(s).")
    if not isinstance(entry["decided_on"], date):
        raise SettingsError(f"{where}: decided_on is a day such as 2026-03-02.")
    by, because = str(entry["decided_by"]), str(entry["because"])
    return ActivityDecision(entry["decision"], offerings, by, entry["decided_on"], because)


def add_decision(path: Path, decision: ActivityDecision) -> None:
    """Write a decision at the end of the file; what is there stays as it is."""
    read_decisions(path)
    entry = asdict(decision) | {"offerings": [str(offering) for offering in decision.offerings]}
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=1_000))


def standing(decisions: Iterable[ActivityDecision]) -> list[ActivityDecision]:
    """Decisions that no later one takes back: on the same offerings, a split of what was the same, or the reverse."""
    held: list[ActivityDecision] = []
    for decision in decisions:
        held = [earlier for earlier in held if not _takes_back(decision, earlier)]
        held.append(decision)
    return held


def _takes_back(later: ActivityDecision, earlier: ActivityDecision) -> bool:
    of_one_offering = {later.decision, earlier.decision} == {"same", "split"} and bool(later.pair & earlier.pair)
    return later.pair == earlier.pair or of_one_offering


def decided(decisions: Iterable[ActivityDecision]) -> list[dict[str, str]]:
    """Rows of ``landing/activity_decisions``: tool, activity_id, decision, decided_name (shared by what is the same).

    Chains are followed: if A is the same as B and B the same as C, the three share the name of the first of them.
    """
    held = standing(decisions)
    groups: list[set[Offering]] = []
    for decision in (each for each in held if each.decision == "same"):
        joined = [group for group in groups if group & decision.pair]
        groups = [group for group in groups if group not in joined]
        groups.append(set(decision.pair).union(*joined))
    rows = [(offering, "same", str(min(group))) for group in groups for offering in group]
    rows += [(each.offerings[0], "split", str(each.offerings[0])) for each in held if each.decision == "split"]
    names = ("tool", "activity_id", "decision", "decided_name")
    return [dict(zip(names, (*offering, decision, name), strict=True)) for offering, decision, name in sorted(rows)]


def write_activity_decisions(home: Home) -> int:
    """Land what the file says; returns how many offerings it is about. The same decisions leave no trace."""
    rows = decided(read_decisions(decisions_file(home)))
    new = pa.Table.from_pylist(rows, schema=table_schema(TABLE))
    path = home.landed(TABLE) / "decisions.parquet"
    if not path.exists() or not pq.read_table(path).equals(new):
        write_table(new, path)
    return len(rows)
