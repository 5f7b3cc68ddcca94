"""SurveyMonkey's "all responses": what people say after a programme, months later, and about the climate.

Two header rows: the question, and below it its option, its statement (of a matrix) or the word for a response.
Invitations carry the employee number as custom data, or the collector records the address; some respondents are
tied to nobody. The climate survey is anonymous but for the unit. Small surveys are saved as XLS, with real dates;
large ones as CSV, where an American writes the dates. Answers come as texts or as numbers, as whoever exports asks
for. Free text holds names and addresses, as it does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.questionnaires import (
    AGREEMENT,
    BARRIER,
    MATRIX,
    META,
    OPEN,
    OTHER,
    QUESTION,
    REMARK,
    RESPONSE,
    STATEMENT,
    YES_NO,
)  # fmt: skip
from simulator.exports.spreadsheet import Cells
from simulator.exports.workbook import workbook
from simulator.world.happenings import CLIMATE_ITEMS, Happenings
from simulator.world.world import World

FIRST_RESPONDENT = 118_052_000_000
FIRST_COLLECTOR = 446_111_000
BY_MAIL_SHARE, UNTIED_SHARE = 0.4, 0.05
"""Respondents whom the collector knows by address, and those whom it doesn't know; the others carry their number."""
OVERLAP = timedelta(days=4)
"""How far an export reaches back into the one before."""
MOST_IN_WORKBOOK = 2_000
"""Responses up to which a survey is saved as a workbook, every other time."""
LANGUAGES = ("en", "nl", "de", "fr")
"""The account's language, by month."""

TITLES = {"end": "End of programme", "follow_up": "Follow-up after three months", "climate": "Learning climate"}
RATED = {"end": ("satisfaction", "relevance", "intent", "support"), "follow_up": ("relevance", "support", "success")}


@dataclass(frozen=True)
class Column:
    """A column: what stands in the two header rows, and the cells. ``is_read``: its answers are records."""

    upper: str
    lower: str
    cells: Cells
    is_read: bool = False


@dataclass(frozen=True)
class Manner:
    """How an export is made: the account's language, and whether answers are numbers."""

    language: str
    is_numeric: bool

    def agreement(self, values: pd.Series[float]) -> Cells:
        """Answers on five points; blank where the question wasn't answered."""
        words = range(1, 6) if self.is_numeric else AGREEMENT[self.language]
        return np.asarray(np.array(["", *words], dtype=object)[values.fillna(0).to_numpy().astype(np.int64)])

    def yes_no(self, values: pd.Series[float]) -> Cells:
        """As a number, the first answer is 1 and the second 2."""
        said = (1, 2) if self.is_numeric else YES_NO[self.language]
        return np.asarray(np.array(["", *said], dtype=object)[np.select([values == 1, values == 0], [1, 2], 0)])

    def chosen(self, codes: pd.Series[str], code: str, place: int) -> Cells:
        """The column of one of several answers."""
        said = place if self.is_numeric else BARRIER[self.language][code]
        return np.asarray(np.array(["", said], dtype=object)[(codes == code).to_numpy().astype(np.int64)])


class SurveyMonkey:
    """Two questionnaires a month, and once a year the climate survey."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rng = world.streams.of("surveymonkey")
        self._last_days: dict[str, pd.DataFrame] = {}

    def month(self, happened: Happenings) -> None:
        manner = Manner(LANGUAGES[happened.ordinal % len(LANGUAGES)], happened.ordinal % 3 == 1)
        for occasion in ("end", "follow_up"):
            answered = happened["surveys"]
            self._export(occasion, self._tied(answered[answered["occasion"] == occasion]), manner, happened)
        self._export("climate", happened["climate"], manner, happened)

    def _tied(self, responses: pd.DataFrame) -> pd.DataFrame:
        """Responses with what ties them to a person: a number in the custom data, an address, or nothing."""
        company, at = self._world.company, responses["at"]
        drawn = self._rng.random(len(responses))
        by_mail, untied = drawn < BY_MAIL_SHARE, drawn > 1 - UNTIED_SHARE
        emails, numbers = (as_of(lookup, responses["person"], at) for lookup in (company.emails_at, company.numbers_at))
        return responses.assign(
            email=np.where(by_mail, emails, ""),
            number=np.where(by_mail | untied, "", numbers),
            remark=np.where(responses["response"] % 25 == 0, "ask " + emails, ""),
        )

    def _export(self, survey: str, responses: pd.DataFrame, manner: Manner, happened: Happenings) -> None:
        """One survey's file: the month's responses, after those of the last days of the month before."""
        again = self._last_days.get(survey, responses.iloc[:0])
        moment = datetime.combine(happened.last, time(22, 5))
        self._last_days[survey] = responses[responses["at"] > moment - OVERLAP]
        held = pd.concat([again, responses], ignore_index=True)
        if held.empty:
            return
        asked = self._climate(held, manner) if survey == "climate" else self._programme(survey, held, manner)
        columns = [*self._front(survey, held, manner.language), *asked]
        is_workbook = happened.ordinal % 2 == 1 and len(held) <= MOST_IN_WORKBOOK
        content = _xlsx(columns, moment) if is_workbook else _csv(columns)
        self._folder.write(
            f"{TITLES[survey]} {happened.last}.{'xlsx' if is_workbook else 'csv'}", content, moment,
            responses=len(held), records=_answers(columns), redelivered=_answers(columns, len(again)),
            rejected=0, duplicate=0,
        )  # fmt: skip

    def _front(self, survey: str, held: pd.DataFrame, language: str) -> list[Column]:
        """What SurveyMonkey knows of each response, and the custom variable of its link."""
        at, blank = held["at"].to_numpy(), np.full(len(held), "", dtype=object)
        ids = FIRST_RESPONDENT + 10 * held["response"].to_numpy() + list(TITLES).index(survey)
        is_anonymous = survey == "climate"
        codes = [*(programme.course_code for programme in self._world.programmes), ""]
        collector = list(TITLES).index(survey) * 100 + (0 if is_anonymous else held["programme"].to_numpy())
        machine = np.array([f"192.0.2.{number % 250 + 1}" for number in held["response"]], dtype=object)
        cells = (
            ids.astype(object), np.broadcast_to(FIRST_COLLECTOR + collector, len(held)).astype(object),
            at - np.timedelta64(200, "s"), at, blank if is_anonymous else machine,
            blank if is_anonymous else held["email"].to_numpy(), blank, blank,
            blank if is_anonymous else held["number"].to_numpy(),
        )  # fmt: skip
        variable = held["org_unit_id"].to_numpy() if is_anonymous else np.array(codes, dtype=object)[held["programme"]]
        named = [Column(title, "", column) for title, column in zip(META[language], cells, strict=True)]
        return [*named, Column("unit" if is_anonymous else "programme", "", variable)]

    def _programme(self, survey: str, held: pd.DataFrame, manner: Manner) -> list[Column]:
        language = manner.language
        said, response = QUESTION[language], RESPONSE[language]
        columns = [Column(said[item], response, manner.agreement(held[item]), True) for item in RATED[survey]]
        if survey == "follow_up":
            columns.append(Column(said["has_applied"], response, manner.yes_no(held["has_applied"]), True))
            for place, (code, option) in enumerate(BARRIER[language].items(), 1):
                question = said["barrier"] if place == 1 else ""
                columns.append(Column(question, option, manner.chosen(held["barrier"], code, place), True))
            columns.append(Column("", OTHER[language], np.full(len(held), "", dtype=object)))
        return [*columns, Column(REMARK[language], OPEN[language], held["remark"].to_numpy())]

    def _climate(self, held: pd.DataFrame, manner: Manner) -> list[Column]:
        """A matrix: its question stands over the first statement only."""
        statements = zip(CLIMATE_ITEMS, STATEMENT[manner.language], strict=True)
        return [
            Column(MATRIX[manner.language] if place == 0 else "", statement, manner.agreement(held[item]), True)
            for place, (item, statement) in enumerate(statements)
        ]


def _answers(columns: Sequence[Column], first: int | None = None) -> int:
    """Answers that are records, in all responses or in the ``first`` ones."""
    return sum(int(np.count_nonzero(column.cells[:first] != "")) for column in columns if column.is_read)


def _csv(columns: Sequence[Column]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.upper for column in columns])
    writer.writerow([column.lower for column in columns])
    writer.writerows(zip(*(_american(column.cells) for column in columns), strict=True))
    return text.getvalue().encode("utf-8-sig")


def _american(cells: Cells) -> Sequence[object]:
    """Dates as ``03/16/2026 04:58:31 PM``; other cells as they are."""
    if cells.dtype.kind != "M":
        return list(cells)
    return [f"{moment:%m/%d/%Y %I:%M:%S %p}" for moment in cells.astype("datetime64[s]").tolist()]


def _xlsx(columns: Sequence[Column], created: datetime) -> bytes:
    content = io.BytesIO()
    with workbook(content, created) as book:
        sheet, moment = book.add_worksheet("Sheet"), book.add_format({"num_format": "mm/dd/yyyy hh:mm:ss"})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.upper)
            sheet.write_string(1, place, column.lower)
            is_time = column.cells.dtype.kind == "M"
            values = column.cells.astype("datetime64[s]").tolist() if is_time else column.cells.tolist()
            sheet.write_column(2, place, values, moment if is_time else None)
    return content.getvalue()
