"""The lines of finance's ledger that are about learning: invoices, licences, and the hours that learning took.

Quirks: amounts with points and commas either way, credits with a trailing minus, in parentheses or marked H, the
currency in a column, in the header or in the cell, a total below, and invoices booked by mistake and reversed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd

from simulator.exports.files import Folder
from simulator.exports.spreadsheet import Cells, Dialect, saved_by
from simulator.world.happenings import Happenings
from simulator.world.world import World

HEADERS = {
    "en": (
        "Document no.", "Course code", "Supplier", "Licence for", "Cost centre", "Cost type", "Amount", "Currency",
        "Period start", "Period end",
    ),
    "nl": (
        "Boekstuknummer", "Cursuscode", "Leverancier", "Licentie voor", "Kostenplaats", "Kostensoort", "Bedrag",
        "Valuta", "Begin periode", "Einde periode",
    ),
    "de": (
        "Belegnummer", "Kurscode", "Lieferant", "Lizenz für", "Kostenstelle", "Kostenart",
        "Umsatz (ohne Soll/Haben-Kz)", "WKZ Umsatz", "Leistung von", "Leistung bis",
    ),
    "fr": (
        "N° de pièce", "Code formation", "Fournisseur", "Licence pour", "Centre de coûts", "Type de coût",
        "Montant", "Devise", "Début de période", "Fin de période",
    ),
}  # fmt: skip
SIDE = "Soll/Haben-Kennzeichen"
COST_TYPES = {
    "en": {"licence": "Licences", "direct": "Invoice", "opportunity": "Lost hours"},
    "nl": {"licence": "Licentiekosten", "direct": "Factuur leverancier", "opportunity": "Interne uren"},
    "de": {"licence": "Lizenzgebühren", "direct": "Externe Rechnung", "opportunity": "Ausfallzeiten"},
    "fr": {"licence": "Licences", "direct": "Facture fournisseur", "opportunity": "Temps de travail"},
}
TOTAL = {"en": "Grand total", "nl": "Totaal", "de": "Summe", "fr": "Total"}
THOUSANDS = {"en": ",", "nl": ".", "de": "", "fr": "\u00a0"}
MISTAKE_EVERY = 3
"""Months between invoices that are booked by mistake and reversed in the same export."""


@dataclass(frozen=True)
class _Lines:
    """What stands in the ledger: the true costs, and pairs of lines that cancel each other out."""

    rows: pd.DataFrame
    mistakes: int


class CostLines:
    """One export a month, when its books are closed."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._folder = folder
        self._codes = np.array([*(offering.course.code for offering in world.offerings), ""], dtype=object)

    def month(self, happened: Happenings) -> None:
        lines = _with_mistakes(happened)
        if lines.rows.empty:
            return
        dialect = saved_by(happened.ordinal)
        header, columns = list(HEADERS[dialect.language]), self._columns(lines.rows, dialect)
        if dialect.language == "de":
            header.insert(7, SIDE)
            columns.insert(7, np.where(lines.rows["amount"] < 0, "H", "S").astype(object))
        total = ["" for _ in columns]
        total[0], total[6] = TOTAL[dialect.language], str(_amounts(lines.rows["amount"].sum(), dialect)[0])
        columns = [np.append(cells, cell) for cells, cell in zip(columns, total, strict=True)]
        self._folder.write(
            f"ledger_learning_{happened.first:%Y-%m}.csv", dialect.render(header, columns),
            datetime.combine(happened.last + timedelta(days=8), time(16, 5)),
            records=len(lines.rows), reversed=lines.mistakes,
        )  # fmt: skip

    def _columns(self, rows: pd.DataFrame, dialect: Dialect) -> list[Cells]:
        is_licence = (rows["offering"] < 0) & (rows["cost_tool"] != "")
        kinds = np.where(is_licence, "licence", rows["cost_type"])
        return [
            rows["voucher"].to_numpy().astype(object),
            self._codes[rows["offering"]],
            rows["provider"].to_numpy().astype(object),
            rows["cost_tool"].to_numpy().astype(object),
            rows["org_unit_id"].to_numpy().astype(object),
            dialect.words(COST_TYPES, kinds),
            _amounts(rows["amount"], dialect),
            np.full(len(rows), "EUR", dtype=object),
            dialect.days(rows["period_start"]),
            dialect.days(rows["period_end"] - pd.Timedelta(days=1)),
        ]


def _with_mistakes(happened: Happenings) -> _Lines:
    """Every few months the largest invoice is booked a second time, and that is reversed."""
    rows = happened["costs"]
    rows = rows.assign(voucher=[f"L{number:07d}" for number in rows["cost"]])
    if rows.empty or happened.ordinal % MISTAKE_EVERY != MISTAKE_EVERY - 1:
        return _Lines(rows, 0)
    largest = rows.loc[[rows["amount"].idxmax()]]
    again = largest.assign(voucher=largest["voucher"] + "-2")
    reversal = largest.assign(voucher=largest["voucher"] + "-3", amount=-largest["amount"])
    return _Lines(pd.concat([rows, again, reversal], ignore_index=True), 2)


def _amounts(amounts: object, dialect: Dialect) -> Cells:
    """Amounts as the office's program writes them."""
    values = np.atleast_1d(np.asarray(amounts, dtype=float)).tolist()
    marks = {",": THOUSANDS[dialect.language], ".": dialect.decimal}
    plain = ("".join(marks.get(letter, letter) for letter in f"{abs(value):,.2f}") for value in values)
    return np.array(
        [_signed(text, value < 0, dialect) for text, value in zip(plain, values, strict=True)], dtype=object
    )


def _signed(text: str, is_credit: bool, dialect: Dialect) -> str:
    if dialect.language == "fr":
        return f"-{text} €" if is_credit else f"{text} €"
    if not is_credit or dialect.language == "de":
        return text  # DATEV's amounts have no sign: a mark beside them says which side they are on
    return f"({text})" if dialect.language == "en" else f"{text}-"
