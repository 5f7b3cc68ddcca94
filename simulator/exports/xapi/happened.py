"""A month's happenings as the players see them: only their own offerings, as columns of numbers.

Happenings → Month: sittings, attempts, completions --between two instants--> what happened then
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.exports.xapi.draws import Numbers
from simulator.exports.xapi.players import Attempts, Completions, Sittings
from simulator.exports.xapi.progress import whole_seconds
from simulator.exports.xapi.rows import COMPLETED, FIRST_ATTEMPT, MARKED, MOMENT_BITS, Flags, Moments
from simulator.exports.xapi.statements import FORMS
from simulator.world.catalogue import LRS, Offering
from simulator.world.happenings import Happenings

Instants = npt.NDArray[np.datetime64]


def forms_of(offerings: tuple[Offering, ...]) -> npt.NDArray[np.int8]:
    """Place in FORMS of the identifier that each offering's player uses; -1 for other tools' offerings."""
    forms = [FORMS.index(offering.platform) if offering.tool == LRS else -1 for offering in offerings]
    return np.array(forms, np.int8)


def of_players(happened: Happenings, table: str, forms: npt.NDArray[np.int8]) -> pd.DataFrame:
    """The rows of a table whose offerings the players play."""
    rows = happened[table]
    return rows[forms[rows["offering"].to_numpy()] >= 0]


@dataclass(frozen=True)
class Month:
    """The three tables side by side."""

    sittings: Sittings
    attempts: Attempts
    completions: Completions

    def stretches(self, sittings: int) -> Iterator[tuple[np.datetime64, Month]]:
        """The month in pieces of about so many sittings, each with the instant before which it lies."""
        at = np.sort(self.sittings.moments.at)
        edges = [*np.unique(at[sittings::sittings]), np.datetime64("9999-01-01")]
        for since, until in pairwise([np.datetime64("0001-01-01"), *edges]):
            yield until, self._between(since, until)

    def _between(self, since: np.datetime64, until: np.datetime64) -> Month:
        def there(moments: Moments) -> Flags:
            inside: Flags = (moments.at >= since) & (moments.at < until)
            return inside

        return Month(
            self.sittings.where(there(self.sittings.moments)),
            self.attempts.where(there(self.attempts.moments)),
            self.completions.where(there(self.completions.moments)),
        )


def month_of(
    sittings: pd.DataFrame, attempts: pd.DataFrame, completions: pd.DataFrame, forms: npt.NDArray[np.int8],
    holds: Callable[[Numbers], Flags],
) -> Month:  # fmt: skip
    """The month of one LRS, which ``holds`` an enrolment or not. ``completions`` have seconds and last sitting."""
    sittings, attempts, completions = (
        table[holds(table["enrolment"].to_numpy())] for table in (sittings, attempts, completions)
    )
    tests = _moments(attempts, forms, FIRST_ATTEMPT - 1 + attempts["ordinal"].to_numpy(), MARKED)
    return Month(
        Sittings(
            _moments(sittings, forms, sittings["ordinal"].to_numpy(), FIRST_ATTEMPT),
            whole_seconds(sittings["minutes"]), sittings["progress"].to_numpy(),
        ),
        Attempts(tests, attempts["score"].to_numpy(), attempts["is_pass"].to_numpy()),
        _completions(completions, attempts, tests, forms),
    )  # fmt: skip


def _moments(table: pd.DataFrame, forms: npt.NDArray[np.int8], moment: Numbers, limit: int) -> Moments:
    if len(moment) and moment.max() >= limit:
        raise ValueError(f"an enrolment has more sittings or attempts than can be numbered (moment {moment.max()})")
    offering = table["offering"].to_numpy()
    return Moments(
        table["enrolment"].to_numpy(), table["person"].to_numpy(), offering, moment, forms[offering],
        table["at"].to_numpy().astype("datetime64[ms]"),
    )  # fmt: skip


def _completions(
    completions: pd.DataFrame, attempts: pd.DataFrame, tests: Moments, forms: npt.NDArray[np.int8]
) -> Completions:
    """Completions within the session that brought them: the test that was passed then, or the last sitting."""
    told = _moments(completions, forms, np.full(len(completions), COMPLETED), COMPLETED + 1)
    passed = attempts["is_pass"].to_numpy()
    by_test = pd.Series(
        tests.session[passed], index=pd.MultiIndex.from_arrays([tests.enrolment[passed], tests.at[passed]])
    )
    found = by_test[~by_test.index.duplicated()].reindex(pd.MultiIndex.from_arrays([told.enrolment, told.at]))
    last_sitting = told.enrolment << MOMENT_BITS | completions["sitting"].to_numpy()
    session = np.where(found.isna(), last_sitting, found.fillna(0).to_numpy().astype(np.int64))
    return Completions(replace(told, session=session), completions["seconds"].to_numpy())
