"""A file that nobody declared becomes a connector that reads it, says why, and asks what the file leaves open."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from connectors.declaration import CATALOGUE, load
from connectors.drafting import Draft, drafted
from connectors.drafting.names import Name, likeness, words
from connectors.drafting.notations import DateFormat, formats_of
from connectors.drafting.vocabulary import FILE, vocabulary
from connectors.errors import OriginalRefused, SettingsError
from connectors.records import RECORD_KINDS
from tests.connectors.mapped import REAL_DATA, declared, map_file
from tests.connectors.test_workbooks import workbook

DAYS = [date(2025, 1, 3) + timedelta(days=11 * i) for i in range(24)]
NAMES = ["Zoë de Vries", "Jürgen Groß", "Anne Dupont", "Ada Byron", "Ines Ferreira", "Omar Haddad"]


def people(i: int) -> tuple[str, str, str]:
    """Employee number, name, e-mail."""
    name = NAMES[i % len(NAMES)]
    return f"{1000 + i:06}", name, f"{words(name).replace(' ', '.')}{i}@corp.example"


def draft(
    tmp_path: Path,
    name: str,
    rows: Sequence[Sequence[Any]],
    delimiter: str = ",",
    encoding: str = "utf-8",
    **asked: Any,
) -> Draft:
    """Draft from rows: as CSV, or as a workbook where the name says so."""
    path = tmp_path / name
    if name.endswith(".xlsx"):
        workbook(path, {"Data": rows})
    else:
        lines = (
            delimiter.join('"' + str(c).replace('"', '""') + '"' if delimiter in str(c) else str(c) for c in row)
            for row in rows
        )
        path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    made = drafted(path, "acme", scratch, **asked)
    assert not list(scratch.iterdir()), "clear text is gone when the draft is made"
    assert not [clear for i in range(24) for clear in people(i)[1:] if clear in made.text]
    assert made.trial.kinds[0].read == sum(
        getattr(made.trial.kinds[0], part) for part in ("landed", "rejected", "duplicate")
    )
    return made


def values(made: Draft) -> dict[str, Any]:
    """What the draft says of the columns of its kind."""
    content = yaml.safe_load(made.text)
    (export,) = content["exports"].values()
    (kind,) = export["kinds"].values()
    columns: dict[str, Any] = kind["columns"]
    return columns


def counts(made: Draft) -> tuple[str, int, int]:
    """Kind, rows that would land, rows rejected."""
    (kind,) = made.trial.kinds
    return kind.kind, kind.landed, kind.rejected


# --------------------------------------------------------------------------------------- files of many makes


def test_hr_in_dutch_with_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    rows = [
        [
            "Personeelsnummer",
            "Achternaam",
            "E-mailadres",
            "Geboortedatum",
            "Functie",
            "Afdeling",
            "Deeltijdfactor",
            "Datum in dienst",
            "Salaris",
        ]
    ]
    rows += [
        [n, name, mail, "01-02-1980", "Adviseur", "Verkoop", "0,8", f"{DAYS[i]:%d-%m-%Y}", "3100"]
        for i in range(20)
        for n, name, mail in [people(i)]
    ]
    made = draft(tmp_path, "medewerkers.csv", rows, ";", "windows-1252")
    assert counts(made) == ("people", 20, 0)
    assert values(made)["person_token"] == {"from": "personeelsnummer", "identifier": "employee_number"}
    assert values(made)["email_sha1_token"] == {"from": "e_mailadres", "identifier": "email_sha1"}
    assert (values(made)["family_name"], values(made)["org_unit_id"]) == ("achternaam", "afdeling")
    assert values(made)["hired_date"] == {"from": "datum_in_dienst", "formats": ["%d-%m-%Y"]}
    assert 'decimal: ","' in made.text
    assert "Salaris: it describes a person" in made.text
    assert any("delivers: snapshot" in question for question in made.questions)


def test_absences_in_german(tmp_path: Path) -> None:
    rows = [["Personalnummer", "Abwesenheitsart", "Beginn", "Ende"]]
    rows += [[people(i)[0], "Urlaub", f"{DAYS[i]:%d.%m.%Y}", f"{DAYS[i]:%d.%m.%Y}"] for i in range(20)]
    assert counts(draft(tmp_path, "abwesenheiten.csv", rows, ";")) == ("absences", 20, 0)


def test_a_transcript_with_a_status_maps_the_words_that_it_knows_and_asks_for_the_others(tmp_path: Path) -> None:
    states = ["Completed", "In Progress", "Enrolled", "Parked"]
    rows = [["User Name", "Course ID", "Course Title", "Status", "Status Date"]]
    rows += [[f"user{i}", f"C{i % 3}", f"Course {i % 3}", states[i % 4], f"{DAYS[i]:%m/%d/%Y}"] for i in range(24)]
    made = draft(tmp_path, "lms.csv", rows)
    assert counts(made) == ("enrolments", 18, 6)
    assert values(made)["milestone"]["map"] == {
        "Completed": "completed",
        "In Progress": "started",
        "Enrolled": "confirmed",
    }
    assert values(made)["occurred_at"]["formats"] == ["%m/%d/%Y"], "a day beyond 12 settles the order"
    assert [question for question in made.questions if "'Parked'" in question]


def test_dates_of_milestones_in_one_row_become_one_record_each(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Employee ID", "Course Code", "Enrolled On", "Completed On"]]
    rows += [[people(i)[0], "C1", DAYS[i], DAYS[i] + timedelta(days=9) if i % 2 else None] for i in range(20)]
    made = draft(tmp_path, "completions.xlsx", rows)
    assert counts(made) == ("enrolments", 30, 0)
    assert values(made)["milestone"]["map"] == {"Enrolled On": "confirmed", "Completed On": "completed"}


def test_attendance_in_french(tmp_path: Path) -> None:
    rows = [["Matricule", "Formation", "Séance", "Date de session", "Présence"]]
    rows += [
        [people(i)[0], "Sécurité", f"S{i % 4}", f"{DAYS[i]:%d/%m/%Y}", "Présent" if i % 3 else "Absent"]
        for i in range(20)
    ]
    made = draft(tmp_path, "feuille_de_presence.csv", rows, ";", "windows-1252")
    assert counts(made) == ("attendances", 20, 0)
    assert values(made)["attendance"]["map"] == {"Présent": "attended", "Absent": "no_show"}


def test_a_gradebook_has_a_record_per_test(tmp_path: Path) -> None:
    rows = [["Student ID", "Name", "Quiz 1", "Quiz 2", "Final Exam"]]
    rows += [[f"s{i}", people(i)[1], i % 10, 7.5, 60 + i] for i in range(20)]
    made = draft(tmp_path, "grades.csv", rows)
    assert counts(made) == ("assessments", 60, 0)
    assert values(made)["person_token"]["identifier"] == "acme:student_id"


def test_a_survey_with_answers_in_words_and_without_respondents(tmp_path: Path) -> None:
    scale = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
    rows = [["I can apply what I learned", "My manager supports me", "The course was useful", "What else?"]]
    rows += [
        [scale[i % 5], scale[(i + 1) % 5], scale[(i + 2) % 5], f"a story of its own, number {i}"] for i in range(20)
    ]
    made = draft(tmp_path, "evaluation.xlsx", rows)
    assert counts(made) == ("survey_responses", 60, 0)
    assert values(made)["response_id"] == {"given": "line"}
    assert "What else?: no column" in made.text, "free text stays in the archive"


def test_a_survey_with_a_header_of_two_rows(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Respondent ID", "Email Address", "How useful was it?", "", "Would you come again?"],
        ["", "", "The course", "The coach", "Response"],
    ]
    rows += [[f"1100{i}", people(i)[2], i % 5 + 1, (i + 1) % 5 + 1, "Yes" if i % 2 else "No"] for i in range(20)]
    made = draft(tmp_path, "survey.csv", rows)
    assert counts(made) == ("survey_responses", 60, 0)
    assert "header_rows: 2" in made.text
    assert "How useful was it? | The coach" not in made.text.split("kinds:")[1]


def test_kpis_by_team_and_month_below_a_title_and_above_a_total(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Service desk KPIs"],
        ["Printed on 2025-03-01"],
        [],
        ["Team", "Month", "First-time fix", "Backlog"],
    ]
    rows += [[f"T{i % 4}", f"2025-{i // 4 + 1:02}", 0.5 + i / 100, 40 - i] for i in range(20)]
    rows += [["Total", None, None, 610]]
    made = draft(tmp_path, "kpi_2025.xlsx", rows)
    assert counts(made) == ("kpi_values", 40, 0)
    assert made.trial.rows_not_records == 1
    assert values(made)["period_end"] == {"from": "month", "formats": ["%Y-%m"], "shift": "1 month"}
    assert "preamble: true" in made.text


def test_costs_in_german_with_marks_between_thousands(tmp_path: Path) -> None:
    rows = [["Rechnungsnummer", "Lieferant", "Kostenstelle", "Rechnungsdatum", "Betrag", "Währung"]]
    rows += [[f"R{i}", "Akademie", "K10", f"{DAYS[i]:%d.%m.%Y}", f"1.{200 + i},50", "EUR"] for i in range(20)]
    made = draft(tmp_path, "rechnungen.csv", rows, ";", "windows-1252")
    assert counts(made) == ("costs", 20, 0)
    assert (values(made)["amount"], values(made)["currency"]) == ({"from": "betrag", "thousands": "auto"}, "wahrung")
    assert 'decimal: ","' in made.text


def test_certificates_with_months_in_words(tmp_path: Path) -> None:
    rows = [["Employee No", "Certificate", "Issued On", "Valid Until"]]
    rows += [[people(i)[0], "First aid", f"{DAYS[i]:%d %B %Y}", f"{DAYS[i]:%d %B} 2027"] for i in range(20)]
    made = draft(tmp_path, "certificates.csv", rows)
    assert counts(made) == ("certifications", 20, 0)
    assert values(made)["event_date"]["formats"] == ["%d %m %Y"]
    assert values(made)["event_date"]["month_words"]["january"] == 1
    assert any(question.startswith("event:") for question in made.questions)


def test_hours_of_learning_in_dutch_become_minutes(tmp_path: Path) -> None:
    rows = [["Medewerkernummer", "Datum", "Cursus", "Aantal uren", "Leervorm"]]
    rows += [
        [people(i)[0], f"{DAYS[i]:%d-%m-%Y}", "Excel", "1,5", "Cursus" if i % 2 else "Werkplek"] for i in range(20)
    ]
    made = draft(tmp_path, "leeruren.csv", rows, ";")
    assert counts(made) == ("learning_time", 20, 0)
    assert values(made)["minutes"] == {"from": "aantal_uren", "scale": 60}
    assert values(made)["mode"]["map"] == {"Cursus": "formal", "Werkplek": "on_the_job"}


def test_a_skills_list_a_catalogue_units_and_a_log(tmp_path: Path) -> None:
    skills = [
        ["Employee ID", "Skill", "Level", "Target Level", "Assessed On"],
        *([people(i)[0], "SQL", i % 5, 4, f"{DAYS[i]}"] for i in range(20)),
    ]
    courses = [
        ["Course ID", "Title", "Type", "Duration (hours)", "Provider"],
        *([f"C{i}", f"Course {i}", "E-learning", i + 1, "Own"] for i in range(20)),
    ]
    units = [["Unit ID", "Unit Name", "Parent Unit"], *([f"U{i}", f"Unit {i}", "U0"] for i in range(20))]
    log = [
        ["Timestamp", "Username", "Action", "Resource"],
        *([f"{datetime(2025, 1, 1, 9, i):%Y-%m-%dT%H:%M:%SZ}", f"u{i}", "viewed", "Page"] for i in range(20)),
    ]
    made = {
        name: draft(tmp_path, f"{name}.csv", rows)
        for name, rows in (("skills", skills), ("courses", courses), ("units", units), ("log", log))
    }
    assert {name: counts(one) for name, one in made.items()} == {
        "skills": ("capability_assessments", 20, 0),
        "courses": ("activities", 20, 0),
        "units": ("org_units", 20, 0),
        "log": ("learning_events", 20, 0),
    }
    assert values(made["courses"])["duration_planned_seconds"] == {"from": "duration_hours", "scale": 3600}
    assert "timezone" not in made["log"].text, "times that carry their zone need no question"


# ------------------------------------------------------------------------------ nothing is guessed in silence


def test_an_order_of_day_and_month_that_stays_open_is_asked_for(tmp_path: Path) -> None:
    rows = [
        ["Employee ID", "Skill", "Level", "Assessed On"],
        *([people(i)[0], f"S{i}", 3, f"0{i % 9 + 1}/0{i % 7 + 1}/2025"] for i in range(20)),
    ]
    made = draft(tmp_path, "skills.csv", rows)
    assert values(made)["assessed_at"]["formats"] == ["%d/%m/%Y", "%m/%d/%Y"]
    assert any(question.startswith("'Assessed On': day or month first?") for question in made.questions)


def test_values_that_no_format_reads_are_counted_in_the_draft_and_rejected(tmp_path: Path) -> None:
    rows = [
        ["Employee ID", "Skill", "Level", "Assessed On"],
        *([people(i)[0], f"S{i}", 3, "last week" if i == 7 else f"{DAYS[i]}"] for i in range(20)),
    ]
    made = draft(tmp_path, "skills.csv", rows)
    assert counts(made) == ("capability_assessments", 19, 1)
    assert any("1 of 20 values are written in another way" in question for question in made.questions)


def test_a_format_that_fails_far_down_the_file_is_found_out(tmp_path: Path) -> None:
    rows = [["Employee ID", "Skill", "Level", "Assessed On"]]
    rows += [[f"{i:06}", f"S{i}", 3, "2025-31-12" if i == 29_999 else "2025-12-31"] for i in range(30_001)]
    made = draft(tmp_path, "skills.csv", rows)
    assert counts(made)[2] == 1


def test_a_decimal_mark_that_stays_open_is_asked_for(tmp_path: Path) -> None:
    rows = [
        ["Invoice", "Vendor", "Invoice Date", "Amount", "Currency"],
        *([f"I{i}", "A", f"{DAYS[i]}", f"1.{200 + i}", "EUR"] for i in range(20)),
    ]
    made = draft(tmp_path, "invoices.csv", rows, ";")
    assert "decimal: auto" in made.text
    assert any("put the decimal mark here" in question for question in made.questions)


def test_texts_that_say_that_there_is_nothing_are_declared_where_they_stand_among_numbers(tmp_path: Path) -> None:
    rows = [
        ["Invoice", "Vendor", "Invoice Date", "Amount", "Currency"],
        *([f"I{i}", "none", f"{DAYS[i]}", "none" if i == 3 else "12.5", "EUR"] for i in range(20)),
    ]
    made = draft(tmp_path, "invoices.csv", rows)
    assert 'nulls: ["", none]' in made.text
    assert counts(made) == ("costs", 20, 0)


def test_two_kinds_that_fit_alike_are_both_named(tmp_path: Path) -> None:
    rows = [
        ["username", "courseidnumber", "completiondate", "grade"],
        *([f"u{i}", "C1", f"{DAYS[i]}", 80] for i in range(20)),
    ]
    made = draft(tmp_path, "upload.csv", rows)
    assert made.choice.chosen.kind.name == "enrolments"
    assert [rival.kind.name for rival in made.choice.rivals] == ["assessments"]
    assert any("may as well be assessments" in question for question in made.questions)


def test_a_kind_that_is_asked_for_is_drafted_or_the_missing_column_is_told(tmp_path: Path) -> None:
    rows = [
        ["username", "courseidnumber", "completiondate", "grade"],
        *([f"u{i}", "C1", f"{DAYS[i]}", 80] for i in range(20)),
    ]
    assert counts(draft(tmp_path, "upload.csv", rows, kind="assessments"))[0] == "assessments"
    with pytest.raises(SettingsError, match=r"No column of the file fits what absences needs.*started_date"):
        draft(tmp_path, "upload.csv", rows, kind="absences")


def test_a_file_that_fits_no_kind_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"fits no record kind well enough.*--kind"):
        draft(tmp_path, "weather.csv", [["Station", "Rain", "Wind"], ["A", 1, 2], ["B", 3, 4]])
    with pytest.raises(OriginalRefused, match="holds no table"):
        draft(tmp_path, "blank.csv", [["", ""], ["", ""]])


# ----------------------------------------------------------------------------------------- who is never shown


@pytest.mark.parametrize("header", ["Trainer", "Contact", "Opmerking"])
def test_addresses_are_identifiers_whatever_their_column_is_called(tmp_path: Path, header: str) -> None:
    rows = [
        ["Course ID", "Title", "Type", header],
        *([f"C{i}", f"Course {i}", "Class", people(i)[2]] for i in range(20)),
    ]
    made = draft(tmp_path, "courses.csv", rows)
    assert f"{header}: it says who somebody is" in made.text
    assert words(header) not in values(made).values()


def test_a_bare_name_is_a_persons_where_the_table_has_persons(tmp_path: Path) -> None:
    of_units = [["ID", "Name", "Parent"], *([f"U{i}", f"Unit {i}", "U0"] for i in range(20))]
    of_people = [
        ["ID", "Name", "Job Title", "E-mail"],
        *([f"{i}", people(i)[1], "Clerk", people(i)[2]] for i in range(20)),
    ]
    assert values(draft(tmp_path, "departments.csv", of_units))["org_unit_name"] == "name"
    assert values(draft(tmp_path, "staff.csv", of_people))["full_name"] == "name"


def test_a_table_of_persons_whom_nothing_names_is_drafted_and_says_so(tmp_path: Path) -> None:
    rows = [
        ["Department", "Job Role", "Gender", "Age", "Marital Status"],
        *(["Sales", "Clerk", "F", 30 + i, "Single"] for i in range(20)),
    ]
    made = draft(tmp_path, "attrition.csv", rows)
    assert counts(made) == ("people", 0, 20)
    assert any("No column says who a person is" in question for question in made.questions)


# -------------------------------------------------------------------------------------------------- the parts


def test_a_draft_is_kept_as_it_was_tried(tmp_path: Path) -> None:
    rows = [
        ["Employee ID", "Skill", "Level", "Assessed On"],
        *([people(i)[0], f"S{i}", 3, f"{DAYS[i]}"] for i in range(20)),
    ]
    made = draft(tmp_path, "skills.csv", rows)
    again = map_file(tmp_path / "skills.csv", declared(tmp_path, made.text), tmp_path / "again")
    assert again.counts("capability_assessments") == (20, 20, 0, 0)


def test_a_connector_that_reads_the_file_already_is_named(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    known = {name: load(CATALOGUE / f"{name}.yaml") for name in ("moodle", "totara", "xapi")}
    made = drafted(CATALOGUE / "samples" / "totara" / "users_2025-01-31.csv", "acme", scratch, known=known)
    assert made.known_to == (("totara", "users"),)


@pytest.mark.parametrize(
    ("written", "format_"),
    [
        ("2025-03-01", "%Y-%m-%d"),
        ("20250301", "%Y%m%d"),
        ("2025-03", "%Y-%m"),
        ("03/2025", "%m/%Y"),
        ("31.12.2025 09:05", "%d.%m.%Y %H:%M"),
        ("12/31/25, 9:05 PM", "%m/%d/%y, %I:%M %p"),
        ("2025-03-01T09:05:00Z", "%Y-%m-%dT%H:%M:%S%z"),
        ("2025-03-01 09:05:00.123456", "%Y-%m-%d %H:%M:%S.%f"),
        ("1 maart 2025", "%d %m %Y"),
        ("1. März 2025, 09:05", "%d. %m %Y, %H:%M"),
        ("March 1, 2025", "%m %d, %Y"),
        ("01-Mar-2025", "%d-%m-%Y"),
        ("mrt 2026", "%m %Y"),
    ],
)
def test_a_date_is_known_by_its_shape(written: str, format_: str) -> None:
    assert [found.text for found in formats_of([written])] == [format_]


@pytest.mark.parametrize("written", ["12345678", "1.2.3", "SCS1", "a 1 b", "20251301", "99/99/2025", "12:30"])
def test_what_is_no_date_has_no_format(written: str) -> None:
    assert formats_of([written]) == ()


def test_only_an_order_of_day_and_month_can_be_in_doubt() -> None:
    assert [DateFormat(text).day_first for text in ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d")] == [True, False, None]


@pytest.mark.parametrize(
    ("name", "known", "fits"),
    [
        ("EmployeeID", "employee id", True),
        ("E-mailAdres", "e mailadres", True),
        ("id_student", "student id", True),
        ("Emplyee number", "employee number", True),
        ("Course name (internal)", "course name", True),
        ("workshop_country", "workshop", False),
        ("note", "none", False),
        ("Programming-Usage-Since-Workshop", "workshop", False),
    ],
)
def test_names_are_compared_as_words(name: str, known: str, fits: bool) -> None:
    assert (likeness(Name.of(name), [known]) >= 0.5) is fits


def test_the_vocabulary_names_columns_and_values_that_exist() -> None:
    known = vocabulary()
    for name in known.columns:
        kind, _, column = name.rpartition(".")
        assert any(column in k.by_name for k in ([RECORD_KINDS[kind]] if kind else RECORD_KINDS.values())), name
    allowed = {value for kind in RECORD_KINDS.values() for column in kind.columns for value in column.allowed}
    assert {value for meanings in known.values.values() for value in meanings.values()} <= allowed
    assert set(known.evidence) <= set(RECORD_KINDS)
    assert all(line == line.rstrip() for line in FILE.read_text(encoding="utf-8").splitlines())


# ------------------------------------------------------------------------------------------------- real files

REAL = {
    "survey/burnout_Response.xlsx": ("survey_responses", 20148),
    "survey/carpentries/longterm_October2017.csv": ("survey_responses", 12071),
    "survey/carpentries/20200326-longterm-other_questions-no-open.csv": ("survey_responses", 2429),
    "survey/carpentries/2020_carpentryconhome_raw.csv": ("survey_responses", 1734),
    "survey/carpentries/all_workshops_2018.csv": ("activities", 1983),
    "hr/ibm_attrition.csv": ("people", 0),
    "hr/uk_organograms/asset_protection_agency-2011-03-31-senior.csv": ("positions", 18),
    "hr/totara_hr_import/user_all_1.csv": ("people", 3),
    "hr/totara_hr_import/organisations_parent_zero_1.csv": ("org_units", 7),
    "hr/totara_hr_import/positions_parent_zero_1.csv": ("positions", 7),
    "lms/la_course_xlsx/Results.xlsx": ("assessments", 1820),
    "lms/la_course_xlsx/Demographics.xlsx": ("people", 130),
    "lms/totara_completion_import/course_completion_2.csv": ("enrolments", 2),
    "lms/oulad/studentAssessment.csv.gz": ("assessments", 65121),
}


@pytest.mark.parametrize(("name", "expected"), REAL.items(), ids=str)
def test_a_real_file_gives_a_draft_that_lands_it(tmp_path: Path, name: str, expected: tuple[str, int]) -> None:
    path = REAL_DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not at {REAL_DATA}")
    made = drafted(path, re.sub("[^a-z]+", "_", path.name.lower()).strip("_"), tmp_path)
    assert (made.choice.chosen.kind.name, made.trial.landed) == expected


def test_real_files_that_are_no_records_are_told_so(tmp_path: Path) -> None:
    path = REAL_DATA / "survey" / "carpentries" / "2020-longterm-answer-key.csv"
    if not path.exists():
        pytest.skip(f"the survey's answer key is not at {path}")
    with pytest.raises(SettingsError, match="fits no record kind well enough"):
        drafted(path, "acme", tmp_path)


# ------------------------------------------------------------------------------------------------- JSON and Parquet

RECORDS = [
    {
        "user": {"email": people(i)[2], "full.name": people(i)[1]},
        "course": {"id": f"C{i % 4}", "title": f"Course {i % 4}"},
        "status": ["completed", "started"][i % 2],
        "happened_at": f"{day}T10:{i:02}:00Z",
        "detail": '{"score": 7, "of": {"max": 10}}',
    }
    for i, day in enumerate(DAYS)
]


@pytest.mark.parametrize(
    ("written", "declared_as"),
    [
        ("\n".join(map(json.dumps, RECORDS)), {}),
        (json.dumps(RECORDS, indent=1), {}),
        (json.dumps({"meta": {"next": None}, "data": {"items": RECORDS}}), {"records": "data.items"}),
        (json.dumps({"by_id": {f"k{i}": one for i, one in enumerate(RECORDS)}}), {"records": "by_id.*"}),
        ("\n".join(f"2025-01-01 INFO log - {json.dumps(one)}" for one in RECORDS), {"line_prefix": "^[^{]*"}),
    ],
)
def test_json_is_drafted_with_the_paths_to_its_records_and_columns(
    tmp_path: Path, written: str, declared_as: dict[str, str]
) -> None:
    path = tmp_path / "enrolments.json"
    path.write_text(written, encoding="utf-8")
    made = drafted(path, "acme", tmp_path)
    (export,) = yaml.safe_load(made.text)["exports"].values()
    assert {name: export[name] for name in ("records", "line_prefix") if name in export} == declared_as
    assert (export["format"], export["unwrap"]) == ("json", ["detail"])
    assert export["columns"]["user_email"] == "user.email"
    assert (made.choice.chosen.kind.name, made.trial.landed) == ("enrolments", 24)
    assert {'user["full.name"]', "detail.of.max"} <= set(made.parts.not_read)
    assert not [clear for i in range(24) for clear in people(i)[1:] if clear in made.text]


def test_parquet_is_drafted_by_its_columns(tmp_path: Path) -> None:
    names = ("Employee number", "E-mail", "Course id", "Status", "Date")
    columns = zip(*((*people(i)[::2], f"C{i % 4}", "completed", day) for i, day in enumerate(DAYS)), strict=True)
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), tmp_path / "enrolments.parquet")
    made = drafted(tmp_path / "enrolments.parquet", "acme", tmp_path, kind="enrolments")
    assert (made.choice.chosen.kind.name, made.trial.landed) == ("enrolments", 24)


def test_headers_in_polish_portuguese_and_japanese_are_known(tmp_path):
    """Letters that Unicode can't take apart (ł), code pages, decimal commas, and a script without blanks."""
    people_ = [people(i) for i in range(24)]
    pl = draft(
        tmp_path,
        "pracownicy.csv",
        [
            [
                *("Numer pracownika", "Nazwisko i imię", "Adres e-mail", "Jednostka organizacyjna", "Przełożony"),
                *("Etat", "Data zatrudnienia", "Stan na dzień"),
            ],
            *(
                [
                    *(number, name, mail, "Położnictwo" if i % 2 else "Żywienie", f"{900 + i % 3}"),
                    *("0,75" if i % 3 else "1,00", f"{DAYS[i]:%d.%m.%Y}", "31.12.2025"),
                ]
                for i, (number, name, mail) in enumerate(people_)
            ),
        ],
        ";",
        "cp1250",
    )
    assert counts(pl) == ("people", 24, 0)
    assert values(pl)["manager_token"] == {"from": "przelozony", "identifier": "employee_number"}
    assert values(pl)["org_unit_id"] == "jednostka_organizacyjna"
    assert {"fte", "hired_date", "effective_date", "full_name"} <= values(pl).keys()

    pt = draft(
        tmp_path,
        "lista_de_presenca.csv",
        [
            ["Turma", "Treinamento", "Data da aula", "Matrícula", "Presente"],
            *(
                ["T1", "Liderança", f"{DAYS[i]:%d/%m/%Y} 19:30", people_[i][0], "Não" if i % 5 else "Sim"]
                for i in range(24)
            ),
        ],
        ";",
        "iso-8859-1",
    )
    assert counts(pt) == ("attendances", 24, 0)
    assert values(pt)["attendance"]["map"] == {"Sim": "attended", "Não": "no_show"}

    ja = draft(
        tmp_path,
        "受講履歴_2025.csv",
        [
            ["社員番号", "氏名", "コースID", "コース名", "受講状況", "修了日"],
            *(
                [
                    people_[i][0],
                    "山田　太郎",
                    f"C-{i % 4}",
                    "情報セキュリティ",
                    "修了",
                    f"2025年{i % 12 + 1}月{i + 1}日",
                ]
                for i in range(24)
            ),
        ],
        encoding="shift_jis",
    )
    assert counts(ja) == ("enrolments", 24, 0)
    assert values(ja)["milestone"]["map"] == {"修了": "completed"}
    assert values(ja)["occurred_at"]["formats"] == ["%Y年%m月%d日"]
    assert "山田" not in ja.text


def test_an_enrolment_that_is_still_open_is_of_the_day_of_the_export_and_a_completed_one_is_not(tmp_path):
    """Lists of mandatory training date what is done only; what is open were rows that nobody saw any more."""
    made = draft(
        tmp_path,
        "mandatory.csv",
        [
            ["Employee number", "Course code", "Course name", "Status", "Due date", "Completion date"],
            *(
                [people(i)[0], "FIRE", "Fire safety", status, "2025-12-31", f"{DAYS[i]}" if i % 4 == 0 else ""]
                for i, status in enumerate(["Completed", "Assigned", "In progress", "Not started"] * 6)
            ),
            ["000042", "FIRE", "Fire safety", "Completed", "2025-12-31", ""],
        ],
    )
    assert counts(made) == ("enrolments", 24, 1), "a completion without a day would be another one in each export"
    assert any("still open" in question for question in made.questions)


def test_a_column_that_is_empty_today_is_read_once_it_holds_something(tmp_path):
    """The first list that somebody drafts from is often one of those who are there: nobody in it has left."""
    rows = [
        ["Employee number", "E-mail", "Department", "Hire date", "Termination date"],
        *([people(i)[0], people(i)[2], f"D{i % 3}", f"{DAYS[i]:%d.%m.%Y}", ""] for i in range(24)),
    ]
    made = draft(tmp_path, "employees.csv", rows)
    assert values(made)["left_date"] == {"from": "termination_date", "formats": ["%d.%m.%Y"]}
    assert any("'Termination date' is empty" in question for question in made.questions)

    rows[1][-1] = "31.12.2025"
    (tmp_path / "acme.yaml").write_text(made.text, encoding="utf-8")
    later = tmp_path / "later.csv"
    later.write_text("".join(f"{','.join(row)}\r\n" for row in rows), encoding="utf-8")
    landed = map_file(later, load(tmp_path / "acme.yaml"), tmp_path)
    left = [row["left_date"] for row in landed.rows("people") if row["left_date"]]
    assert left == [date(2025, 12, 31)]


def test_a_column_called_after_the_employee_holds_a_number_or_a_name(tmp_path):
    header = ["Colaborador", "E-mail", "Departamento", "Data de admissão"]
    rest = [[people(i)[2], f"D{i % 3}", f"{DAYS[i]}"] for i in range(24)]
    numbers = draft(tmp_path, "numeros.csv", [header, *([people(i)[0], *row] for i, row in enumerate(rest))])
    assert values(numbers)["person_token"] == {"from": "colaborador", "identifier": "employee_number"}
    header = ["Matrícula", *header]
    names = draft(tmp_path, "nomes.csv", [header, *([*people(i)[:2], *row] for i, row in enumerate(rest))])
    assert values(names)["full_name"] == "colaborador"
