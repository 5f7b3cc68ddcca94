"""Studies as they were frozen: an append-only file in the home, each line bound to the one before it.

    registrations/studies.jsonl
      {"entry": "registered", study_id, fingerprint, frozen_at, told_at, plan}     before outcomes are joined
      {"entry": "outcomes_joined", study_id, fingerprint, joined_at}               once, when they first are

Why a file and not a table: the warehouse can be built anew at any time, and what was promised before anybody saw an
outcome can't. Each line holds the hash of the line before, so that a line that is changed or taken out shows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.effects.plans import Plan, Told

_FIRST = "0" * 64


@dataclass(frozen=True)
class Registration:
    """One frozen plan. Times are naive UTC.

    ``frozen_at``: when this home froze it; ``told_at``: when the first workbook that says so was exported.
    ``outcomes_joined_at``: when outcomes were first joined to it. ``changed_after_outcomes``: another plan of the same
    study had met its outcomes before this one was frozen. ``is_current``: no later plan of the study replaces it.
    """

    plan: Plan
    fingerprint: str
    frozen_at: datetime
    told_at: datetime
    outcomes_joined_at: datetime | None
    changed_after_outcomes: bool
    is_current: bool

    @property
    def known_since(self) -> datetime:
        """Since when the plan demonstrably stood: its first export, or its freezing where that was earlier."""
        return min(self.told_at, self.frozen_at)


class Registrations:
    """The file of one home. Raises `SettingsError` where its lines don't follow one another any more."""

    def __init__(self, home: Home) -> None:
        self._path = home.root / "registrations" / "studies.jsonl"
        self._lines = _read(self._path)

    def all(self) -> list[Registration]:
        """Every plan that was ever frozen, in order."""
        registered = [line for line in self._lines if line["entry"] == "registered"]
        last = {line["study_id"]: line for line in registered}
        return [self._registration(line, is_current=last[line["study_id"]] is line) for line in registered]

    def current(self) -> list[Registration]:
        """The plan of each study that holds."""
        return [registration for registration in self.all() if registration.is_current]

    def freeze(self, told: Told) -> bool:
        """Register a plan unless it stands already; says whether it was new. A changed plan is a new registration."""
        plan = told.plan
        standing = {r.plan.study_id: r.fingerprint for r in self.current()}
        if standing.get(plan.study_id) == plan.fingerprint:
            return False
        self._append(
            entry="registered", study_id=plan.study_id, fingerprint=plan.fingerprint, frozen_at=_now(),
            told_at=told.told_at.isoformat(), plan=plan.content(),
        )  # fmt: skip
        return True

    def note_outcomes(self, registration: Registration) -> None:
        """Outcomes of a study are about to be seen: whatever is registered for it from now on is registered after."""
        if registration.outcomes_joined_at is None:
            self._append(
                entry="outcomes_joined", study_id=registration.plan.study_id, fingerprint=registration.fingerprint,
                joined_at=_now(),
            )  # fmt: skip

    def _registration(self, line: dict[str, Any], *, is_current: bool) -> Registration:
        joined = [
            other
            for other in self._lines
            if other["entry"] == "outcomes_joined" and other["study_id"] == line["study_id"]
        ]
        own = [other["joined_at"] for other in joined if other["fingerprint"] == line["fingerprint"]]
        return Registration(
            plan=Plan.of_content(line["plan"]),
            fingerprint=line["fingerprint"],
            frozen_at=datetime.fromisoformat(line["frozen_at"]),
            told_at=datetime.fromisoformat(line["told_at"]),
            outcomes_joined_at=datetime.fromisoformat(own[0]) if own else None,
            changed_after_outcomes=any(other["joined_at"] < line["frozen_at"] for other in joined),
            is_current=is_current,
        )

    def _append(self, **entry: Any) -> None:
        previous = _hash(self._lines[-1]) if self._lines else _FIRST
        line = {"previous": previous, **entry}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, sort_keys=True, ensure_ascii=False) + "\n")
        self._lines.append(line)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    lines = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    expected = _FIRST
    for number, line in enumerate(lines, start=1):
        if line["previous"] != expected:
            raise SettingsError(
                f"{path.name}, line {number} doesn't follow the line before it: a line was changed or taken out, and "
                "what was registered before outcomes were seen can't be told any more. Next: restore it from a backup."
            )
        expected = _hash(line)
    return lines


def _hash(line: dict[str, Any]) -> str:
    return sha256(json.dumps(line, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat()
