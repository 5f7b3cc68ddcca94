"""Ledgers: amounts with their sign and their currency, whichever way the program writes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file
from tests.connectors.spellings import Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "cost_lines"
HEADERS = {
    "en": ["Document no.", "Course code", "Supplier", "Licence for", "Cost centre", "Cost type", "Amount", "Currency", "Period start", "Period end"],
    "nl": ["Boekstuknummer", "Cursuscode", "Leverancier", "Licentie voor", "Kostenplaats", "Kostensoort", "Bedrag", "Valuta", "Begin periode", "Einde periode"],
    "de": ["Belegnummer", "Kurscode", "Lieferant", "Lizenz für", "Kostenstelle", "Kostenart", "Betrag", "Währung", "Leistung von", "Leistung bis"],
    "fr": ["N° de pièce", "Code formation", "Fournisseur", "Licence pour", "Centre de coûts", "Type de coût", "Montant", "Devise", "Début de période", "Fin de période"],
}  # fmt: skip
WORDS = {
    "direct": (
        "Invoice", "Direct cost", "Licences", "Course fee", "Travel", "Factuur", "Licentiekosten", "Directe kosten",
        "Cursusgeld", "Rechnung", "Lizenzgebühren", "Kursgebühr", "Facture", "Frais de formation", "Licence", "",
    ),
    "opportunity": (
        "Opportunity cost", "Lost hours", "Internal hours", "Interne uren", "Loonkosten deelnemers", "Verletkosten",
        "Arbeitszeit", "Ausfallzeiten", "Opportunitätskosten", "Coût d'opportunité", "Temps de travail",
    ),
}  # fmt: skip


def ledger(folder: Path, *lines: str, encoding: str = "utf-8") -> Mapped:
    path = folder / "ledger.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return map_file(path, "cost_lines", folder / "scratch")


@in_every_language_and_spelling
def test_a_line_reads_alike_in_every_language_and_spelling(language: str, spelling: Spelling, tmp_path: Path) -> None:
    thousands = "." if spelling.decimal == "," else ","
    row = ["L1", "CAT-1", "Kompas", "", "O1", "", f"-1{thousands}234{spelling.decimal}50", "EUR", spelling.at("2026-03-01"), spelling.at("2026-03-31")]  # fmt: skip
    path = spelling.write(tmp_path / "ledger.csv", HEADERS[language], [row])
    (landed,) = map_file(path, "cost_lines", tmp_path).rows("costs")
    assert (landed["amount"], landed["currency"], landed["cost_type"]) == (-1234.5, "EUR", "direct")
    assert (landed["cost_id"], landed["activity_id"], landed["provider"], landed["org_unit_id"]) == (
        "L1", "CAT-1", "Kompas", "O1",
    )  # fmt: skip
    assert (landed["period_start"], landed["period_end"]) == (date(2026, 3, 1), date(2026, 4, 1))


def test_types_are_understood_in_the_words_of_four_languages(tmp_path: Path) -> None:
    said = [(word, kind) for kind, words in WORDS.items() for word in words]
    lines = [f"{i};{word};1,0;EUR;2026-03" for i, (word, _) in enumerate(said)]
    mapped = ledger(tmp_path, "Boekstuk;Kostensoort;Bedrag;Valuta;Periode", *lines)
    landed = {row["cost_id"]: row["cost_type"] for row in mapped.rows("costs")}
    assert [landed.get(str(i)) for i in range(len(said))] == [kind for _, kind in said]


@pytest.mark.parametrize("word", ["Personeelsfeest", "Indirecte kosten", "Diverse"])
def test_a_type_that_nobody_knows_is_rejected(word: str, tmp_path: Path) -> None:
    mapped = ledger(tmp_path, "Boekstuk;Kostensoort;Bedrag;Valuta;Periode", f"1;{word};1,0;EUR;2026-03")
    assert [row["rule"] for row in mapped.rejects("costs")] == ["unknown_value"]


def test_credits_are_negative_however_they_are_written(tmp_path: Path) -> None:
    dutch = map_file(SAMPLES / "grootboek_opleidingen_2026-03.csv", "cost_lines", tmp_path / "a")
    assert dutch.column("costs", "amount") == [3100.0, -310.0, 1482.5]
    datev = map_file(SAMPLES / "EXTF_Buchungen.csv", "cost_lines", tmp_path / "b")
    assert datev.column("costs", "amount") == [840.0, -84.0, 1250.5]
    assert datev.column("costs", "currency") == ["EUR", "EUR", "CHF"]
    sides = map_file(SAMPLES / "training_costs.csv", "cost_lines", tmp_path / "c")
    assert sides.column("costs", "amount") == [2400.0, -400.0]


@pytest.mark.parametrize(
    ("header", "cell", "currency"),
    [
        ("Bedrag (EUR)", "12,50", "EUR"),
        ("Montant (€)", "12,50", "EUR"),
        ("Bedrag", "12,50 CHF", "CHF"),
        ("Bedrag", "€ 12,50", "EUR"),
        ("Bedrag", "£ 12,50", "GBP"),
        ("Bedrag", "12,50", None),
    ],
)
def test_a_currency_stands_in_the_header_or_the_cell_or_is_missing(
    header: str, cell: str, currency: str | None, tmp_path: Path
) -> None:
    mapped = ledger(tmp_path, f"Boekstuk;{header};Periode", f"1;{cell};mrt 2026")
    if currency:
        assert (mapped.column("costs", "currency"), mapped.column("costs", "amount")) == ([currency], [12.5])
    else:
        assert [row["rule"] for row in mapped.rejects("costs")] == ["required_missing"]


def test_amounts_without_any_decimals_are_rejected_where_they_read_in_two_ways(tmp_path: Path) -> None:
    mapped = ledger(tmp_path, "Boekstuk;Bedrag;Valuta;Periode", "1;1.000;EUR;2026-03", "2;750;EUR;2026-03")
    assert mapped.column("costs", "amount") == [750.0]
    assert [row["rule"] for row in mapped.rejects("costs")] == ["ambiguous_number"]


def test_a_ledger_without_amounts_or_periods_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="'Amount'"):
        ledger(tmp_path, "Boekstuk;Leverancier;Valuta;Periode", "1;Kompas;EUR;2026-03")
    with pytest.raises(OriginalRefused, match="'Period'"):
        ledger(tmp_path, "Boekstuk;Bedrag;Valuta", "1;1,00;EUR")
