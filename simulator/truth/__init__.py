"""The truth beside the exports, for tests and for people: the pipeline never reads it.

    before the first day   who is who, what is what, what was planted        CSV (background)
    month by month         everything that happened, effects, statements     Parquet, CSV (happenings, effects)
    after the last         how every enrolment ended, true effects, counts   CSV, JSON (outcomes, effects)

``README.md`` beside the tables says what each holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from simulator.exports.files import WrittenFile
from simulator.truth import background, guide
from simulator.truth.effects import Effects
from simulator.truth.happenings import HappeningsTruth
from simulator.truth.outcomes import Outcomes
from simulator.world.chronicle import Month
from simulator.world.world import World

__all__ = ["Truth"]


class Truth:
    """Writes the truth into a folder as the months go by; memory follows people and enrolments."""

    def __init__(self, to: Path, world: World) -> None:
        to.mkdir(parents=True, exist_ok=True)
        self.to, self.world = to, world
        background.write(to, world)
        self.happenings = HappeningsTruth(to / "happenings")
        self.effects = Effects(to, world)
        self.outcomes = Outcomes(to, world)

    def month(self, month: Month, sent: Sequence[pd.DataFrame]) -> None:
        """``sent``: the statements that the month's dumps hold, one table per LRS."""
        self.happenings.month(month.happened)
        for statements in sent:
            self.happenings.append("statements", statements)
        self.effects.month(month)
        self.outcomes.month(month.happened)

    def close(self, files: Sequence[WrittenFile], accounts: Mapping[str, Iterable[tuple[int, str, bool]]]) -> None:
        """Write what can only be said at the end.

        ``files`` is every export, with the counts planted in it; ``accounts``: tool → person, address, known to HR.
        """
        background.write_identities(self.to, self.world, accounts)
        self.happenings.close()
        self.effects.close()
        self.outcomes.close()
        planted = {file.path.as_posix(): file.counts for file in files}
        (self.to / "planted.json").write_text(json.dumps(planted, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        (self.to / "README.md").write_text(guide.text(), encoding="utf-8")
