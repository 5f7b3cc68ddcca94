"""KPI tables as people keep them: long or wide, months in any notation, numerator and denominator in columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file
from tests.connectors.spellings import Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "kpi_table"
HEADERS = {
    "en": ["KPI", "Team ID", "Month", "Numerator", "Denominator", "Value", "Definition version"],
    "nl": ["Indicator", "Teamcode", "Maand", "Teller", "Noemer", "Waarde", "Definitieversie"],
    "de": ["Kennzahl", "Team-ID", "Berichtsmonat", "Zähler", "Nenner", "Wert", "Definitionsversion"],
    "fr": ["Indicateur", "Code équipe", "Période", "Numérateur", "Dénominateur", "Valeur", "Version de la définition"],
}
PARTS = {
    "en": ("value", "numerator", "denominator"),
    "nl": ("waarde", "teller", "noemer"),
    "de": ("Wert", "Zähler", "Nenner"),
    "fr": ("valeur", "numérateur", "dénominateur"),
}


def table(folder: Path, *lines: str, name: str = "kpi_complaint_rate_2026.csv", encoding: str = "utf-8") -> Mapped:
    path = folder / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return map_file(path, "kpi_table", folder / f"scratch-{name}")


def values(mapped: Mapped) -> list[tuple[object, ...]]:
    columns = ("org_unit_id", "period_start", "value", "numerator", "denominator")
    return sorted(tuple(row[column] for column in columns) for row in mapped.rows("kpi_values"))


@in_every_language_and_spelling
def test_a_long_table_reads_alike_in_every_language_and_spelling(
    language: str, spelling: Spelling, tmp_path: Path
) -> None:
    thousands = "." if spelling.decimal == "," else ","
    row = ["cr", "T1", "03-2026", "61", f"1{thousands}039", spelling.number("0.0587"), "2"]
    mapped = map_file(spelling.write(tmp_path / "t.csv", HEADERS[language], [row]), "kpi_table", tmp_path)
    (landed,) = mapped.rows("kpi_values")
    assert (landed["kpi_id"], landed["org_unit_id"], landed["definition_version"]) == ("cr", "T1", "2")
    assert (landed["period_start"], landed["period_end"]) == (date(2026, 3, 1), date(2026, 4, 1))
    assert (landed["numerator"], landed["denominator"], landed["value"]) == (61.0, 1039.0, 0.0587)


@in_every_language_and_spelling
def test_a_wide_table_reads_alike_in_every_language_and_spelling(
    language: str, spelling: Spelling, tmp_path: Path
) -> None:
    months = [f"2026-01 {part}" for part in PARTS[language]] + [f"2026-02 {part}" for part in PARTS[language]]
    row = ["T1", spelling.number("0.061"), "61", "1000", spelling.number("0.0587"), "61", "1039"]
    path = spelling.write(tmp_path / "kpi_cr.csv", [HEADERS[language][1], *months], [row])
    assert values(map_file(path, "kpi_table", tmp_path)) == [
        ("T1", date(2026, 1, 1), 0.061, 61.0, 1000.0),
        ("T1", date(2026, 2, 1), 0.0587, 61.0, 1039.0),
    ]


@pytest.mark.parametrize(
    ("january", "march"),
    [
        ("2026-01", "2026-03"), ("202601", "202603"), ("2026/01", "2026/03"), ("2026M01", "2026M03"),
        ("01-2026", "03-2026"), ("1/2026", "3/2026"), ("01.2026", "03.2026"),
        ("2026-01-01", "2026-03-01"), ("1-1-2026", "1-3-2026"), ("01.01.2026", "01.03.2026"),
        ("01/01/2026", "01/03/2026"), ("01/01/2026", "03/01/2026"),
        ("January 2026", "March 2026"), ("Jan 26", "Mar 26"), ("Jan-26", "Mar-26"), ("Jan '26", "Mar '26"),
        ("januari 2026", "maart 2026"), ("jan 2026", "mrt 2026"), ("jan-26", "mrt-26"),
        ("Januar 2026", "März 2026"), ("Jän 26".replace("ä", "a"), "Mär 26"), ("Jan. 26", "Mrz 26"),
        ("janvier 2026", "mars 2026"), ("janv. 2026", "mars 2026"), ("janv-26", "mars-26"),
    ],
)  # fmt: skip
def test_months_are_read_in_every_notation(january: str, march: str, tmp_path: Path) -> None:
    mapped = table(tmp_path, f"Team;{january};{march}", "T1;1;3")
    assert [row[:3] for row in values(mapped)] == [("T1", date(2026, 1, 1), 1.0), ("T1", date(2026, 3, 1), 3.0)]


@pytest.mark.parametrize(
    "headers",
    [
        ("Team;jan 2026;;feb 2026;", ";Teller;Noemer;Teller;Noemer"),
        (";jan 2026;;feb 2026;", "Team;Teller;Noemer;Teller;Noemer"),
    ],
)
def test_months_may_stand_over_their_parts(headers: tuple[str, str], tmp_path: Path) -> None:
    mapped = table(tmp_path, *headers, "T1;61;1.000;62;1.039", "T2;9;800;7,5;810")
    assert mapped.unit.export == "wide_in_two_rows"
    assert values(mapped)[:2] == [
        ("T1", date(2026, 1, 1), None, 61.0, 1000.0),
        ("T1", date(2026, 2, 1), None, 62.0, 1039.0),
    ]


def test_parts_may_stand_over_their_months(tmp_path: Path) -> None:
    upper, lower = ";Numérateur;;Dénominateur;", "Équipe;janv. 2026;févr. 2026;janv. 2026;févr. 2026"
    mapped = table(tmp_path, upper, lower, "T1;61;62;1 000;1 039")
    assert values(mapped) == [
        ("T1", date(2026, 1, 1), None, 61.0, 1000.0),
        ("T1", date(2026, 2, 1), None, 62.0, 1039.0),
    ]


def test_titles_totals_and_sources_are_no_records(tmp_path: Path) -> None:
    mapped = table(
        tmp_path, "Klachten per team – 2026;;", ";;", "Team;jan 2026;feb 2026", "T1;6,1%;", "T2;7,2 %;6,8%",
        "Totaal;6,6%;6,8%", ";;", "Bron: servicedesk;;", encoding="windows-1252",
    )  # fmt: skip
    assert mapped.counts("kpi_values") == (3, 3, 0, 0)
    assert [row[:3] for row in values(mapped)] == [
        ("T1", date(2026, 1, 1), pytest.approx(0.061)),
        ("T2", date(2026, 1, 1), pytest.approx(0.072)),
        ("T2", date(2026, 2, 1), pytest.approx(0.068)),
    ]


def test_a_team_that_is_called_like_a_total_is_a_team(tmp_path: Path) -> None:
    teams = ["Total Quality", "Norm & Co", "Target Accounts", "Note Taking", "Gesamtbetriebsrat"]
    mapped = table(tmp_path, "Team;2026-01", *(f"{team};1" for team in teams), "Total;5", "Total all teams;5")
    assert sorted(mapped.column("kpi_values", "org_unit_id")) == sorted(teams)


def test_the_kpi_is_named_by_a_column_the_sheet_or_the_file(tmp_path: Path) -> None:
    by_file = table(tmp_path, "Team;2026-01", "T1;1", name="KPI complaint_rate 2026-02.csv")
    assert by_file.column("kpi_values", "kpi_id") == ["complaint_rate"]
    by_column = table(tmp_path, "Team;KPI;2026-01", "T1;lead_time;1", name="kpi_other.csv")
    assert by_column.column("kpi_values", "kpi_id") == ["lead_time"]
    by_sheet = map_file(SAMPLES / "service_desk_2026-02.xlsx", "kpi_table", tmp_path)
    assert set(by_sheet.column("kpi_values", "kpi_id")) == {"complaint_rate", "handling_minutes"}
    nowhere = table(tmp_path, "Team;2026-01", "T1;1", name="overview.csv")
    assert [row["rule"] for row in nowhere.rejects("kpi_values")] == ["required_missing"]


def test_every_sheet_of_a_workbook_is_read_but_those_of_another_kind(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "service_desk_2026-02.xlsx", "kpi_table", tmp_path)
    assert mapped.unit.export == "wide_in_two_rows"
    assert mapped.counts("kpi_values") == (7, 7, 0, 0)
    ratios = [row for row in mapped.rows("kpi_values") if row["kpi_id"] == "complaint_rate"]
    assert all(row["value"] == pytest.approx(row["numerator"] / row["denominator"]) for row in ratios)


def test_a_number_that_nothing_settles_is_rejected_and_the_others_land(tmp_path: Path) -> None:
    mapped = table(tmp_path, "KPI\tTeam\tMonth\tValue", "v\tT1\t2026-03\t1.234", "v\tT2\t2026-03\t987")
    assert mapped.column("kpi_values", "value") == [987.0]
    (reject,) = mapped.rejects("kpi_values")
    assert (reject["rule"], reject["column_name"]) == ("ambiguous_number", "Value")
    assert "tools.kpi_table" in reject["expected"]


def test_a_period_may_be_given_by_its_first_and_last_day(tmp_path: Path) -> None:
    mapped = table(tmp_path, "KPI;Team;Van;T/m;Waarde", "cr;T1;01-01-2026;31-03-2026;5,5")
    assert mapped.column("kpi_values", "period_start") == [date(2026, 1, 1)]
    assert mapped.column("kpi_values", "period_end") == [date(2026, 4, 1)]


def test_a_corrected_month_has_the_key_of_the_one_that_it_corrects(tmp_path: Path) -> None:
    first = table(tmp_path, "Team;2026-01;2026-02", "T1;1;2", name="kpi_cr_2026-02.csv")
    second = table(tmp_path, "Team;2026-01;2026-02;2026-03", "T1;1;2,5;3", name="kpi_cr_2026-03.csv")
    keys = [set(mapped.column("kpi_values", "record_key")) for mapped in (first, second)]
    assert keys[0] < keys[1]


def test_a_table_without_teams_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="also needs the column 'Team ID'"):
        table(tmp_path, "Region;KPI;2026-01;2026-02", "Noord;cr;1;2")
