"""Score lists of the tests before, right after and some time after a programme, handed in by its trainers.

Tests have two forms of equal difficulty. Who was absent is on the list all the same, with a blank score or a word
for it. Trainers who saved the list keep their own marks and languages, and now and then paste a participant twice.
"""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np
import numpy.typing as npt
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import Cells, Dialect, saved_by
from simulator.world.evidence import PASS_MARK
from simulator.world.happenings import Happenings
from simulator.world.world import World

ABSENT_SHARE = 0.06
"""People on a list who weren't there, as a share of those who were."""
GUEST_EVERY, TWICE_EVERY = 3, 4
"""Months between lists with a participant whom nobody knows, and between those in which a row was pasted twice."""

COLUMNS = (
    "number", "name", "test", "programme", "occasion", "form", "taken", "score", "maximum", "pass_mark", "passed"
)  # fmt: skip
HEADERS = {
    "en": (
        "Employee number", "Name", "Test", "Programme", "Moment", "Form", "Taken on", "Score", "Out of", "Pass mark",
        "Passed",
    ),
    "nl": (
        "Personeelsnummer", "Naam", "Toets", "Programma", "Meetmoment", "Vorm", "Toetsdatum", "Punten", "Max. punten",
        "Cesuur", "Uitslag",
    ),
    "de": (
        "Personalnummer", "Name", "Testcode", "Programm", "Messzeitpunkt", "Fassung", "Testdatum", "Punkte",
        "Höchstpunktzahl", "Bestehensgrenze", "Bestanden",
    ),
    "fr": (
        "Matricule", "Nom", "Épreuve", "Formation", "Moment de la mesure", "Forme", "Date du test", "Points obtenus",
        "Points maximum", "Seuil de réussite", "Réussi",
    ),
}  # fmt: skip
"""The lists' headers, in the order of ``COLUMNS``."""

OCCASION = {
    "en": {"pre": "Pre-test", "post": "Post-test", "delayed": "Delayed test"},
    "nl": {"pre": "Voormeting", "post": "Nameting", "delayed": "Uitgestelde meting"},
    "de": {"pre": "Vortest", "post": "Nachtest", "delayed": "Test nach Wochen"},
    "fr": {"pre": "Avant la formation", "post": "Après la formation", "delayed": "Test à froid"},
}
PASSED = {
    "en": {"true": "yes", "false": "no"},
    "nl": {"true": "Geslaagd", "false": "Gezakt"},
    "de": {"true": "bestanden", "false": "nicht bestanden"},
    "fr": {"true": "Oui", "false": "Non"},
}
ABSENT = {"en": "", "nl": "afw.", "de": "fehlt", "fr": "abs."}


class TestScores:
    """One list a month; remembers who took part in which programme, for those are whom a later list misses."""

    __test__ = False  # pytest would take the name for tests

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rng = world.streams.of("test_scores")
        self._participants: npt.NDArray[np.int64] = np.empty((0, 2), dtype=np.int64)

    def month(self, happened: Happenings) -> None:
        taken = happened["tests"]
        if taken.empty:
            return
        absent = self._absent(taken)
        self._remember(taken)
        twice = taken.iloc[:1] if happened.ordinal % TWICE_EVERY == TWICE_EVERY - 1 else taken.iloc[:0]
        dialect = saved_by(happened.ordinal)
        columns = self._columns(pd.concat([taken, twice, absent], ignore_index=True), dialect)
        guests = 1 if happened.ordinal % GUEST_EVERY == GUEST_EVERY - 1 else 0
        if guests:
            guest = {name: cells[0] for name, cells in columns.items()} | {"number": "", "name": "Guest"}
            columns = {name: np.append(cells, guest[name]) for name, cells in columns.items()}
        self._folder.write(
            f"test_scores_{happened.first:%Y-%m}.csv",
            dialect.render(HEADERS[dialect.language], list(columns.values())), _handed_in(happened.last),
            records=len(taken) + len(twice) + guests, absent=len(absent), rejected=guests, duplicate=len(twice),
        )  # fmt: skip

    def _absent(self, taken: pd.DataFrame) -> pd.DataFrame:
        """Earlier participants of this month's programmes who are on its lists and weren't there."""
        programmes, persons = self._participants.T
        known = self._participants[np.isin(programmes, taken["programme"]) & ~np.isin(persons, taken["person"])]
        count = min(len(known), round(ABSENT_SHARE * len(taken)))
        missed = known[self._rng.choice(len(known), size=count, replace=False)] if count else known[:0]
        first = taken[taken["occasion"] != "pre"].drop_duplicates("programme").set_index("programme")
        missed = missed[np.isin(missed[:, 0], first.index)]
        rows = first.reindex(missed[:, 0]).reset_index(names="programme")
        return rows.assign(person=missed[:, 1], score=np.nan)[taken.columns]

    def _remember(self, taken: pd.DataFrame) -> None:
        pairs = taken[["programme", "person"]].to_numpy(dtype=np.int64)
        self._participants = np.unique(np.concatenate([self._participants, pairs]), axis=0)

    def _columns(self, rows: pd.DataFrame, dialect: Dialect) -> dict[str, Cells]:
        company, scores = self._world.company, dialect.numbers(rows["score"], 1)
        was_there = rows["score"].notna().to_numpy()
        named = [(p.course_code.replace("PRG", "T"), f"{p.course_code} {p.title}") for p in self._world.programmes]
        tests, programmes = (np.array(column, dtype=object) for column in zip(*named, strict=True))
        said = dialect.words(PASSED, np.where(rows["is_passed"], "true", "false"))
        return {
            "number": as_of(company.numbers_at, rows["person"], rows["at"]),
            "name": as_of(company.full_names_at, rows["person"], rows["at"]),
            "test": tests[rows["programme"]],
            "programme": programmes[rows["programme"]],
            "occasion": dialect.words(OCCASION, rows["occasion"].to_numpy()),
            "form": rows["form"].to_numpy(),
            "taken": dialect.moments(rows["at"]),
            "score": np.where(was_there, scores, ABSENT[dialect.language]),
            "maximum": dialect.numbers(rows["score_max"]),
            "pass_mark": np.full(len(rows), dialect.numbers([PASS_MARK], 1)[0], dtype=object),
            "passed": np.where(was_there, said, ""),
        }


def _handed_in(day: date) -> datetime:
    return datetime.combine(day, time(23, 30))
