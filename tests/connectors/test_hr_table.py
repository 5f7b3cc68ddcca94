"""Lists of employees, jobs, units and positions from any HR system, in eight languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.declaration import CATALOGUE
from connectors.errors import OriginalRefused
from tests.connectors.mapped import Mapped, map_file, token_of
from tests.connectors.spellings import Spelling, in_every_language_and_spelling

SAMPLES = CATALOGUE / "samples" / "hr_table"
HEADERS = {
    "en": ["Employee number", "Full name", "Work email", "Status", "Department", "Manager number", "FTE", "Hire date"],
    "nl": ["Personeelsnr.", "Naam", "E-mail werk", "Status dienstverband", "Afdeling", "Personeelsnummer leidinggevende", "Deeltijdfactor", "Datum in dienst"],
    "de": ["Pers.-Nr.", "Mitarbeitername", "E-Mail (dienstlich)", "Mitarbeiterstatus", "Abteilung", "Personalnummer Vorgesetzter", "VZÄ", "Eintrittsdatum"],
    "fr": ["Matricule", "Nom et prénom", "E-mail professionnel", "Statut", "Service", "Matricule N+1", "ETP", "Date d'embauche"],
    "es": ["N.º de empleado", "Nombre completo", "Correo corporativo", "Estado", "Departamento", "Código del responsable", "Equivalente a tiempo completo", "Fecha de alta"],
}  # fmt: skip
ON_LEAVE = {"en": "On leave", "nl": "Verlof", "de": "Beurlaubt", "fr": "En congé", "es": "Excedencia"}


def number(text: str) -> str:
    return token_of("employee_number", text)


def listed(folder: Path, *lines: str, name: str = "employees_2025-02-01.csv") -> Mapped:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return map_file(path, "hr_table", folder / "scratch")


@in_every_language_and_spelling
def test_a_person_reads_alike_in_every_language_and_spelling(language: str, spelling: Spelling, tmp_path: Path) -> None:
    row = ["001007", "Vries, A. de", "a@x.example", ON_LEAVE[language], "Z01", "001001", spelling.number("0.75"), spelling.at("2019-09-13")]  # fmt: skip
    path = spelling.write(tmp_path / "list_2025-02-01.csv", HEADERS[language], [row])
    (person,) = map_file(path, "hr_table", tmp_path).rows("people")
    assert (person["person_token"], person["manager_token"]) == (number("001007"), number("001001"))
    assert person["email_token"] == token_of("email", "a@x.example")
    assert (person["employment_status"], person["org_unit_id"], person["fte"]) == ("on_leave", "Z01", 0.75)
    assert (person["hired_date"], person["effective_date"]) == (date(2019, 9, 13), date(2025, 2, 1))


def test_a_column_that_a_file_lacks_is_untold_and_one_that_is_empty_is_told(tmp_path: Path) -> None:
    mapped = listed(tmp_path, "Personnel no.;Department;Site", "77;;Utrecht", name="changes_2025-02-01.csv")
    untold = {kind.kind.name: set(kind.untold) for kind in mapped.unit.kinds}
    assert {"job_title", "fte", "manager_token", "left_date", "email_token"} <= untold["people"]
    assert {"job_title", "fte", "started_date"} <= untold["job_assignments"], (
        "neither has it, nor does it have a column"
    )
    assert not untold["people"] & {"person_token", "org_unit_id", "site", "effective_date", "is_deleted", "series"}
    assert "is_primary" not in untold["job_assignments"], "a constant is told"
    assert not untold["people"] & {"full_name", "birth_date"}, "what stays in the vault is nobody's to look for"


def test_a_job_that_ends_before_it_begins_is_rejected_with_both_columns_named(tmp_path: Path) -> None:
    mapped = listed(
        tmp_path,
        "Personnel no.;Assignment ID;Department;Job start date;Job end date",
        "77;1;Sales;2025-02-01;2025-01-31",
        "77;2;Sales;2025-02-01;2025-02-01",
        "77;3;Sales;2025-02-01;",
        "77;4;Sales;;2025-01-31",
        name="jobs_2025-02-01.csv",
    )
    assert mapped.counts("job_assignments") == (4, 3, 1, 0)
    assert mapped.column("job_assignments", "assignment_id") == ["2", "3", "4"]
    (reject,) = mapped.rejects("job_assignments")
    assert (reject["rule"], reject["column_name"], reject["source_line"]) == ("before_start", "Job end date", 2)
    assert reject["expected"] == "a day that isn't before that of Job start date"
    assert reject["value"] == "2025-01-31"


def test_spanish_headers_are_known_as_well(tmp_path: Path) -> None:
    mapped = listed(tmp_path, ";".join(HEADERS["es"]), "77;Ana Gil;;Baja;Ventas;70;0,5;13/09/2019")
    (person,) = mapped.rows("people")
    assert (person["employment_status"], person["fte"], person["hired_date"]) == ("left", 0.5, date(2019, 9, 13))
    assert (number("77"), "full_name", "Ana Gil") in mapped.tokeniser.kept


POLISH = (
    "Numer pracownika;Nazwisko;Imię;Adres e-mail;Jednostka organizacyjna;Stanowisko;Przełożony;Data zatrudnienia;"
    "Data zwolnienia;Etat;Status zatrudnienia"
)
PORTUGUESE = (
    "Matrícula;Nome completo;E-mail corporativo;Código da loja;Cargo;Situação;Data de admissão;Data de demissão"
)
JAPANESE = "社員番号,氏名,メールアドレス,所属部署,役職,上司社員番号,入社日,退職日,在籍状況"


def test_a_polish_list_with_a_row_per_job_is_read_in_the_code_page_of_its_letters(tmp_path: Path) -> None:
    rows = [
        "000123;Źrebiec;Łucja;l.zrebiec@szpital.example;Położnictwo;Położna;000100;13.09.2019;;0,5;Zatrudniona",
        "000123;Źrebiec;Łucja;l.zrebiec@szpital.example;Żywienie;Dietetyczka;000100;13.09.2019;;0,25;Zatrudniona",
        "000124;Wójcik;Żaneta;;Księgowość;Księgowa;000100;01.03.2020;31.01.2025;1,00;Zwolniona",
        "000125;Śliwa;Paweł;;Księgowość;Księgowy;000100;1 lutego 2020;;1,00;Urlop wychowawczy",
        "Razem: 3;;;;;;;;;;",
    ]
    path = tmp_path / "pracownicy_2025-02-01.csv"
    path.write_bytes("\r\n".join([POLISH, *rows]).encode("cp1250"))
    mapped = map_file(path, "hr_table", tmp_path / "scratch")
    assert mapped.counts("people") == (4, 3, 1, 0), "the other row of somebody with two jobs describes nobody else"
    jobs = [(row["org_unit_id"], row["fte"]) for row in mapped.rows("job_assignments")]
    assert jobs == [("Położnictwo", 0.5), ("Żywienie", 0.25), ("Księgowość", 1.0), ("Księgowość", 1.0)]
    assert set(mapped.column("people", "manager_token")) == {number("000100")}
    assert mapped.column("people", "employment_status") == ["active", "left", "on_leave"]
    assert mapped.column("people", "hired_date") == [date(2019, 9, 13), date(2020, 3, 1), date(2020, 2, 1)]
    assert mapped.column("people", "left_date") == [None, date(2025, 1, 31), None]
    assert (number("000123"), "family_name", "Źrebiec") in mapped.tokeniser.kept


def test_portuguese_and_japanese_headers_are_known_as_well(tmp_path: Path) -> None:
    path = tmp_path / "colaboradores_20250201.csv"
    row = "00012345678;Conceição da Silva;c@loja.example;L001;Vendedora;Desligado;25/04/2019;03/02/2025"
    path.write_bytes(f"{PORTUGUESE}\n{row}\n".encode("iso-8859-1"))
    (person,) = map_file(path, "hr_table", tmp_path / "scratch").rows("people")
    assert (person["person_token"], person["org_unit_id"]) == (number("00012345678"), "L001")
    assert (person["employment_status"], person["left_date"]) == ("left", date(2025, 2, 3))

    path = tmp_path / "社員一覧_20250201.csv"
    row = "000123,山田 太郎,t.yamada@example.co.jp,営業部,課長,000100,2019年4月1日,,在籍"
    path.write_bytes(f"{JAPANESE}\n{row}\n".encode("shift_jis"))
    (person,) = map_file(path, "hr_table", tmp_path / "scratch").rows("people")
    assert (person["manager_token"], person["org_unit_id"]) == (number("000100"), "営業部")
    assert (person["employment_status"], person["hired_date"]) == ("active", date(2019, 4, 1))


def test_a_dutch_list_with_title_blank_lines_and_total_lands_but_for_what_is_no_number(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "medewerkers_2025-02-01.csv", "hr_table", tmp_path)
    assert mapped.unit.export == "people"
    assert mapped.counts("people") == (7, 6, 1, 0)
    (reject,) = mapped.rejects("people")
    assert (reject["rule"], reject["column_name"], reject["source_line"]) == ("not_a_number", "Deeltijdfactor", 12)
    people = {row["person_token"]: row for row in mapped.rows("people")}
    assert (people[number("000988")]["employment_status"], people[number("000988")]["left_date"]) == ("left", date(2024, 12, 31))  # fmt: skip
    assert people[number("001014")]["left_date"] is None, "the end of time is no last day"


def test_who_has_not_started_is_described_from_the_first_day_on(tmp_path: Path) -> None:
    people = map_file(SAMPLES / "medewerkers_2025-02-01.csv", "hr_table", tmp_path).rows("people")
    (coming,) = (row for row in people if row["person_token"] == number("001035"))
    assert (coming["effective_date"], coming["hired_date"]) == (date(2025, 3, 1), date(2025, 3, 1))
    assert coming["employment_status"] is None


@pytest.mark.parametrize(
    ("row", "day"),
    [
        ("7001,Active,,2025-03-01", date(2025, 3, 1)),
        ("7001,Active,,2019-03-01", date(2025, 2, 1)),
        ("7001,Active,,", date(2025, 2, 1)),
        ("7001,Future,2025-02-01,2025-03-01", date(2025, 3, 1)),
        ("7001,Active,2018-01-01,2019-03-01", date(2018, 1, 1)),
    ],
    ids=["comes", "is there", "came at some time", "comes, in a list as of a day", "was there before, in a history"],
)
def test_a_list_of_today_says_nothing_of_the_days_before_somebody_came(row: str, day: date, tmp_path: Path) -> None:
    mapped = listed(tmp_path, "Employee ID,Status,Effective date,Hire date", row)
    assert mapped.column("people", "effective_date") == [day]


def test_rows_with_dates_of_their_own_are_a_history_and_a_row_again_is_a_duplicate(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "employees 2025-03-01.csv", "hr_table", tmp_path)
    assert mapped.counts("people") == (5, 4, 0, 1)
    steps = [
        (row["effective_date"], row["job_title"], row["fte"])
        for row in mapped.rows("people")
        if row["person_token"] == number("E-1007")
    ]
    assert steps == [(date(2025, 1, 1), "Team lead", 1), (date(2025, 2, 15), "Manager", 0.8)]
    managers = {row["manager_token"] for row in mapped.rows("people")}
    assert managers == {None, token_of("email", "anna.faber@acme.example")}, "a manager may go by e-mail"


def test_several_jobs_at_once_land_all_and_the_main_one_describes_the_person(tmp_path: Path) -> None:
    mapped = map_file(SAMPLES / "Stellen_2025-02-01.csv", "hr_table", tmp_path)
    assert mapped.unit.export == "jobs"
    assert mapped.counts("job_assignments") == (5, 3, 1, 1)
    jobs = [row for row in mapped.rows("job_assignments") if row["person_token"] == number("4711")]
    assert [(j["assignment_id"], j["is_primary"], j["fte"], j["ended_date"]) for j in jobs] == [
        ("V-1", True, 0.8, None),
        ("V-2", False, 0.2, date(2025, 7, 31)),
    ]
    titles = {row["person_token"]: row["job_title"] for row in mapped.rows("people")}
    assert titles[number("4711")] == "Meister Fertigung"


@pytest.mark.parametrize(
    ("cells", "token"),
    [
        ("001001,,", number("001001")),
        (",boss@x.example,", token_of("email", "boss@x.example")),
        (',,"Faber, Anna (E-1001)"', number("E-1001")),
        (",,boss@x.example", token_of("email", "boss@x.example")),
        (",,Anna Faber", None),
    ],
)
def test_a_manager_is_a_number_or_an_address_and_never_a_name(cells: str, token: str | None, tmp_path: Path) -> None:
    mapped = listed(tmp_path, "Employee ID,Manager number,Manager email,Manager", f"7001,{cells}")
    assert mapped.column("people", "manager_token") == [token]


@pytest.mark.parametrize(
    ("name", "whole"), [("employees_2025-02-01.csv", True), ("Mutaties 2025-02.csv", False), ("new hires.csv", False)]
)
def test_a_list_of_changes_says_nothing_of_those_who_are_not_in_it(name: str, whole: bool, tmp_path: Path) -> None:
    mapped = listed(tmp_path, "Employee ID,Department", "7001,Claims", name=name)
    assert mapped.column("people", "is_complete_snapshot") == [whole]


def test_of_several_names_of_a_column_the_first_that_is_declared_counts(tmp_path: Path) -> None:
    mapped = listed(tmp_path, "Employee ID,Team,Department,Title,Job title", "7001,Blue,Claims,Ms,Handler")
    (person,) = mapped.rows("people")
    assert (person["org_unit_id"], person["job_title"]) == ("Claims", "Handler")
    assert set(mapped.unit.unread) == {"Team", "Title"}
    with pytest.raises(OriginalRefused, match="'Team' stands 2 times"):
        listed(tmp_path, "Employee ID,Team,Team", "7001,Blue,Red")


def test_units_and_positions_have_lists_of_their_own(tmp_path: Path) -> None:
    units = map_file(SAMPLES / "services_2025-02.csv", "hr_table", tmp_path / "u")
    assert [(row["org_unit_id"], row["parent_org_unit_id"]) for row in units.rows("org_units")][:3] == [
        ("DG", None),
        ("COM", "DG"),
        ("COM-N", "COM"),
    ]
    assert [r["rule"] for r in units.rejects("org_units")] == ["key_conflict"]
    positions = map_file(SAMPLES / "puestos_2025-02-01.csv", "hr_table", tmp_path / "p")
    assert positions.counts("positions") == (4, 3, 1, 0)


def test_a_list_in_which_nobody_is_named_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(OriginalRefused, match="also needs the column 'Employee number'"):
        listed(tmp_path, "Age,Department,JobRole,MonthlyIncome", "41,Sales,Executive,5993")
