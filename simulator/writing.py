"""One call from a seed to the files of a whole company.

    structure → company → accounts ─┐
    catalogue ──────────→ behaviour ─┴→ exports of three tools (+ truth)

Each arrow draws from a random stream of its own, so a new tool changes none of what is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from simulator import truth as planted
from simulator.exports import moodle_log, moodle_reports, statements, totara, xapi
from simulator.exports.files import Folder, WrittenFile
from simulator.exports.moodle_site import build_site
from simulator.world.accounts import register
from simulator.world.behaviour import behave
from simulator.world.catalogue import LRS, MOODLE, catalogue
from simulator.world.roster import found_company
from simulator.world.structure import structure
from simulator.world.period import DEFAULT_END, Period, Streams


@dataclass(frozen=True)
class Written:
    """What was written: paths are relative to the folder that was asked for, which is made for an inbox."""

    files: tuple[WrittenFile, ...]

    @property
    def size(self) -> int:
        """Bytes in all files."""
        return sum(file.size for file in self.files)

    def count(self, name: str, tool: str = "") -> int:
        """Sum of one planted count, such as ``records`` or ``rejected``, over the files of a tool (or of all)."""
        return sum(file.counts.get(name, 0) for file in self.files if not tool or file.path.parts[0] == tool)


def write_company(
    to: Path, truth: Path | None = None, people: int = 400, months: int = 18, seed: int = 7, end: date = DEFAULT_END
) -> Written:
    """Write the exports of a simulated company to ``to/<tool>/``, and the truth about it to ``truth``.

    The same arguments give the same bytes. ``people`` is the headcount on the eve; ``end`` is the last day of
    the last of ``months`` months.
    """
    period, streams = Period(end, months), Streams(seed)
    offerings = catalogue(period)
    company = found_company(people, period, streams, structure(people))
    accounts = register(company, streams)
    behaviour = behave(company, offerings, streams)
    hr, lms, lrs = (Folder(to, tool) for tool in ("totara", MOODLE, LRS))
    totara.export(company, hr, streams)
    site = build_site(offerings, accounts, behaviour)
    moodle_log.export(site, period, lms, streams)
    moodle_reports.export(site, company, lms)
    recorded = statements.record(behaviour, offerings, accounts.actors, period, streams)
    sent = xapi.export(recorded, period, lrs, streams)
    files = (*hr.files, *lms.files, *lrs.files)
    if truth is not None:
        planted.write_truth(truth, company, accounts, offerings, behaviour, sent, files)
    return Written(files)
