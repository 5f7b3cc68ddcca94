"""The register of training requests: one row per request, a date per step, downloaded at every month's end.

A request that waits for its decision is told as such, and comes again with the decision; one that waits for its
confirmation comes again with that. The office in which the month's register is saved decides the language, the marks
and whether the outcome is a column of its own or each outcome has its date. Motivations hold addresses, which nobody
should read. Requests for agency workers name nobody.
"""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import DUTCH, Cells, Dialect, saved_by
from simulator.world.happenings import Happenings
from simulator.world.world import World

AGENCY_EVERY, TWICE_EVERY = 3, 4
"""Months between registers with a request that names nobody, and between those in which a row was pasted twice."""

COLUMNS = (
    "id", "number", "name", "code", "title", "requested", "decision", "decided", "approved", "rejected", "decided_by",
    "confirmed", "motivation",
)  # fmt: skip
HEADERS = {
    "en": (
        "Request no.", "Employee number", "Name", "Course code", "Course", "Requested on", "Status", "Decided on",
        "Approved on", "Rejected on", "Approver", "Confirmed on", "Motivation",
    ),
    "nl": (
        "Aanvraagnr.", "Personeelsnummer", "Naam", "Cursuscode", "Cursus", "Aangevraagd op", "Besluit", "Beslist op",
        "Goedgekeurd op", "Afgewezen op", "Beslist door", "Bevestigd op", "Motivatie",
    ),
    "de": (
        "Antragsnr.", "Personalnummer", "Name", "Kursnummer", "Kurs", "Beantragt am", "Entscheidung", "Entschieden am",
        "Genehmigt am", "Abgelehnt am", "Entschieden von", "Bestätigt am", "Begründung",
    ),
    "fr": (
        "N° de demande", "Matricule", "Nom", "Code formation", "Formation", "Demandé le", "Décision", "Décidé le",
        "Approuvé le", "Refusé le", "Décidé par", "Confirmé le", "Motivation",
    ),
}  # fmt: skip
"""The register's headers, in the order of ``COLUMNS``."""

DECISION = {
    "en": {"approved": "Approved", "rejected": "Rejected", "pending": "Pending"},
    "nl": {"approved": "Goedgekeurd", "rejected": "Afgewezen", "pending": "In behandeling"},
    "de": {"approved": "Genehmigt", "rejected": "Abgelehnt", "pending": "In Bearbeitung"},
    "fr": {"approved": "Approuvé", "rejected": "Refusé", "pending": "En attente"},
}
BY_OUTCOME = frozenset({"decision", "decided"})
BY_DECISION = frozenset({"approved", "rejected"})
"""What a register lacks that has a date per outcome, or a column for the decision."""

STEPS = ("requested_at", "decided_at", "confirmed_at")


class TrainingRequests:
    """The register; it remembers only the requests that still wait for their confirmation."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._told: set[int] = set()
        self._unconfirmed: pd.DataFrame | None = None

    def month(self, happened: Happenings) -> None:
        rows, redelivered = self._told_now(happened)
        if rows.empty:
            return
        twice = rows.iloc[:1] if happened.ordinal % TWICE_EVERY == TWICE_EVERY - 1 else rows.iloc[:0]
        agency = 1 if happened.ordinal % AGENCY_EVERY == AGENCY_EVERY - 1 else 0
        dialect = saved_by(happened.ordinal)
        columns = self._columns(pd.concat([rows, twice], ignore_index=True), dialect)
        if agency:
            nobody = _for_nobody(happened.last, dialect)
            columns = {name: np.append(cells, nobody.get(name, "")) for name, cells in columns.items()}
        steps, doubled = (int(table[list(STEPS)].notna().to_numpy().sum()) for table in (rows, twice))
        self._folder.write(
            f"training_requests_{happened.last}.csv", _rendered(columns, dialect, happened.last),
            _downloaded(happened.last), requests=len(rows) + len(twice) + agency, records=steps + doubled + agency,
            rejected=agency, duplicate=doubled, redelivered=redelivered,
        )  # fmt: skip

    def _told_now(self, happened: Happenings) -> tuple[pd.DataFrame, int]:
        """The register's rows, and how many of their milestones were told before; what is to come is blank."""
        again = self._unconfirmed if self._unconfirmed is not None else happened["requests"].iloc[:0]
        rows = pd.concat([again, happened["requests"]], ignore_index=True)
        waits = rows["confirmed_at"] > _downloaded(happened.last)
        self._unconfirmed = rows[waits]
        return rows.assign(confirmed_at=rows["confirmed_at"].mask(waits)), self._redelivered(rows, len(again))

    def _redelivered(self, rows: pd.DataFrame, again: int) -> int:
        """Milestones that an earlier register told: two of an unconfirmed request, one of a pending one."""
        fresh = rows.iloc[again:]
        was_pending = fresh["request"].isin(self._told)
        pending = fresh.loc[fresh["decision"] == "pending", "request"]
        self._told = (self._told - set(fresh["request"])) | set(pending)
        return 2 * again + int(was_pending.sum())

    def _columns(self, rows: pd.DataFrame, dialect: Dialect) -> dict[str, Cells]:
        company, decision = self._world.company, rows["decision"]
        decided = rows["decided_at"].where(decision != "pending", rows["requested_at"])
        offered = [(offering.catalogue_code, offering.title) for offering in self._world.offerings]
        codes, titles = (np.array(column, dtype=object) for column in zip(*offered, strict=True))
        approver = as_of(company.full_names_at, rows["decided_by"], decided)
        approver_number = as_of(company.numbers_at, rows["decided_by"], decided)
        by_name = np.where(rows["decided_by"] < 0, "", approver + " (" + approver_number + ")")
        by_mail = as_of(company.emails_at, rows["decided_by"], decided)
        cells = {
            "id": np.array([f"REQ-{request:06d}" for request in rows["request"]], dtype=object),
            "number": as_of(company.numbers_at, rows["person"], rows["requested_at"]),
            "name": as_of(company.full_names_at, rows["person"], rows["requested_at"]),
            "code": codes[rows["offering"]],
            "title": titles[rows["offering"]],
            "requested": dialect.moments(rows["requested_at"]),
            "decision": dialect.words(DECISION, decision.to_numpy()),
            "decided": dialect.moments(rows["decided_at"]),
            "approved": dialect.moments(rows["decided_at"].where(decision == "approved")),
            "rejected": dialect.moments(rows["decided_at"].where(decision == "rejected")),
            "decided_by": np.where(rows["request"] % 2 == 0, by_mail, by_name),
            "confirmed": dialect.moments(rows["confirmed_at"]),
            "motivation": np.where(rows["request"] % 15 == 0, by_mail, ""),
        }
        unasked = BY_OUTCOME if dialect.language == "en" else BY_DECISION
        return {name: cells[name] for name in COLUMNS if name not in unasked}


def _rendered(columns: dict[str, Cells], dialect: Dialect, day: date) -> bytes:
    """The Dutch office puts a title over its register and a total under it."""
    header = [title for name, title in zip(COLUMNS, HEADERS[dialect.language], strict=True) if name in columns]
    above, below = ((f"Aanvragen t/m {day:%d-%m-%Y}", ""), ("", "Totaal")) if dialect is DUTCH else ((), ())
    return dialect.render(header, list(columns.values()), above, below)


def _for_nobody(day: date, dialect: Dialect) -> dict[str, str]:
    """The cells of a request for agency workers."""
    asked = dialect.days(np.array([day], dtype="datetime64[D]"))[0]
    return {"id": f"A{day:%y%m}", "name": "Agency", "title": "Safety", "requested": asked}


def _downloaded(day: date) -> datetime:
    return datetime.combine(day, time(23, 55))
