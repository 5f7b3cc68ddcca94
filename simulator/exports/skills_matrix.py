"""The skills matrix after a round of appraisals: people down, capabilities across, actual beside target.

Each round is kept in another layout: pairs of columns under one header row, blocks of columns under two, and a
workbook with merged cells. Quirks: half levels with a decimal comma, blanks for what nobody assessed, levels with
their meaning behind them, a legend below, and a first version that lacks what was assessed in the last days.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import DUTCH, GERMAN, Cells, Dialect
from simulator.exports.workbook import workbook
from simulator.world.happenings import Happenings
from simulator.world.world import World

PEOPLE = {
    "nl": ("E-mailadres", "Naam", "Beoordeeld op", "Beoordeeld door"),
    "de": ("E-Mail-Adresse", "Name", "Bewertet am", "Bewertet durch"),
    "en": ("Employee number", "Name", "Assessed on", "Assessed by"),
}
LEVELS = {"nl": ("huidig", "gewenst"), "de": ("Ist", "Soll"), "en": ("Actual", "Target")}
ASSESSOR = {
    "nl": {"self": "Zelf", "manager": "Leidinggevende"},
    "de": {"self": "Selbst", "manager": "Führungskraft"},
    "en": {"self": "Self", "manager": "Manager"},
}
LEGEND = {"nl": "Legenda: 0 geen ervaring – 5 expert", "de": "Legende: 0 keine Erfahrung – 5 Experte"}
MEANING = {"nl": {"1": "beginner", "4": "gevorderd", "5": "expert"}}
"""What the Dutch lists say behind some levels."""
_ROW = ["person", "day", "assessor_type"]


class SkillsMatrix:
    """One export of each round; a round is a month in which anything was assessed."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rounds = 0

    def month(self, happened: Happenings) -> None:
        rows = happened["capability_assessments"]
        if rows.empty:
            return
        rows = rows.assign(day=rows["at"].dt.normalize())
        moment = datetime.combine(happened.last, time(18, 45))
        layout = (self._write_pairs, self._write_blocks, self._write_workbook)[self._rounds % 3]
        self._rounds += 1
        if self._world.recipe.delivery.corrected:
            early = rows[rows["day"] < np.datetime64(happened.last - timedelta(days=5))]
            if not early.empty:
                layout(early, f"skills_matrix_{happened.first:%Y-%m}_v1", moment - timedelta(days=4), redelivered=0)
            layout(rows, f"skills_matrix_{happened.first:%Y-%m}_v2", moment, redelivered=len(early))
        else:
            layout(rows, f"skills_matrix_{happened.first:%Y-%m}", moment, redelivered=0)

    def _write_pairs(self, rows: pd.DataFrame, name: str, moment: datetime, redelivered: int) -> None:
        """``planning – huidig``, ``planning – gewenst``, and so on, under one header row."""
        people, levels, targets = self._cells(rows, DUTCH)
        actual, target = LEVELS["nl"]
        header, columns = list(PEOPLE["nl"]), list(people)
        for capability, cells in levels.items():
            header += [f"{capability} – {actual}", f"{capability} – {target}"]
            columns += [_explained(cells, MEANING["nl"]), targets[capability]]
        self._write(name, DUTCH, [header], columns, moment, rows, redelivered)

    def _write_blocks(self, rows: pd.DataFrame, name: str, moment: datetime, redelivered: int) -> None:
        """A block of what is and a block of what is wanted, each with all capabilities, under two header rows."""
        people, levels, targets = self._cells(rows, GERMAN)
        names = list(levels)
        above = [*[""] * len(people)]
        for word in LEVELS["de"]:
            above += [word, *[""] * (len(names) - 1)]
        columns = [*people, *levels.values(), *targets.values()]
        self._write(name, GERMAN, [above, [*PEOPLE["de"], *names, *names]], columns, moment, rows, redelivered)

    def _write(
        self, name: str, dialect: Dialect, headers: Sequence[Sequence[str]], columns: Sequence[Cells],
        moment: datetime, rows: pd.DataFrame, redelivered: int,
    ) -> None:  # fmt: skip
        legend = [LEGEND[dialect.language], *[""] * (len(columns) - 1)]
        under = [
            np.array([*(header[i] for header in headers[1:]), *cells, legend[i]], dtype=object)
            for i, cells in enumerate(columns)
        ]
        content = dialect.render(headers[0], under)
        self._folder.write(f"{name}.csv", content, moment, records=len(rows), redelivered=redelivered)

    def _write_workbook(self, rows: pd.DataFrame, name: str, moment: datetime, redelivered: int) -> None:
        """Each capability is a merged cell over its two columns."""
        content, actual_target = io.BytesIO(), LEVELS["en"]
        levels, targets, people = _wide(rows, "level"), _wide(rows, "target_level"), self._people(rows, "en")
        with workbook(content, moment) as book:
            sheet, bold = book.add_worksheet("Matrix"), book.add_format({"bold": True})
            sheet.write_row(0, 0, ["Skills matrix: levels 0 to 5"])
            for place, (title, cells) in enumerate(zip(PEOPLE["en"], people, strict=True)):
                sheet.write(3, place, title, bold)
                sheet.write_column(4, place, cells.tolist())
            for place, capability in enumerate(levels.columns):
                first = len(people) + 2 * place
                sheet.merge_range(2, first, 2, first + 1, capability, bold)
                sheet.write_row(3, first, actual_target, bold)
                for offset, wide in enumerate((levels, targets)):
                    cells = wide[capability].astype(object)
                    sheet.write_column(4, first + offset, cells.where(cells.notna(), None).tolist())
        self._folder.write(
            f"{name}.xlsx", content.getvalue(), moment, records=len(rows), redelivered=redelivered
        )  # fmt: skip

    def _cells(self, rows: pd.DataFrame, dialect: Dialect) -> tuple[list[Cells], dict[str, Cells], dict[str, Cells]]:
        """Who, when and by whom; then the levels and the targets of each capability."""
        people = self._people(rows, dialect.language)
        people[2] = dialect.days(people[2])
        levels, targets = (
            {str(name): _halves(wide[name], dialect) for name in wide.columns}
            for wide in (_wide(rows, "level"), _wide(rows, "target_level"))
        )
        return people, levels, targets

    def _people(self, rows: pd.DataFrame, language: str) -> list[Cells]:
        """Identifier, name, day (an instant) and assessor of each row of the matrix."""
        lines, company = _wide(rows, "level").index.to_frame(index=False), self._world.company
        identifiers = company.numbers_at if language == "en" else company.emails_at
        said = ASSESSOR[language]
        days = lines["day"].to_numpy()
        return [
            as_of(identifiers, lines["person"], days),
            as_of(company.full_names_at, lines["person"], days),
            np.array(lines["day"].dt.to_pydatetime(), dtype=object) if language == "en" else days,
            np.array([said[code] for code in lines["assessor_type"]], dtype=object),
        ]


def _wide(rows: pd.DataFrame, values: str) -> pd.DataFrame:
    """Person, day and assessor down, capabilities across."""
    return rows.pivot(index=_ROW, columns="capability_id", values=values)


def _halves(values: pd.Series[float], dialect: Dialect) -> Cells:
    """Whole levels without a decimal, half ones with it."""
    cut = f"{dialect.decimal}0"
    return np.array([text.removesuffix(cut) for text in dialect.numbers(values, 1)], dtype=object)


def _explained(cells: Cells, meaning: dict[str, str]) -> Cells:
    return np.array([f"{cell} – {meaning[cell]}" if cell in meaning else cell for cell in cells], dtype=object)
