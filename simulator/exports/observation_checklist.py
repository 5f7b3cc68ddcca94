"""What managers and peers write down about work after learning, and the task log that tells who could have used it.

    observations ─┬─ behaviour, by a peer → the peers' form: asks for less, and only its name says who answers
                  ├─ by a system          → the task log
                  └─ all others           → the managers' form: asks for day, role and kind of conversation

Quirks: each form's download reaches back a week into the last one; who was observed is typed as address, as number
or as a name with the number behind it; ratings carry their meaning; the owner of the form leaves a try-out in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import numpy as np
import pandas as pd

from simulator.exports.as_of import as_of
from simulator.exports.files import Folder
from simulator.exports.spreadsheet import ENGLISH, Cells, Dialect, saved_by
from simulator.world.happenings import Happenings
from simulator.world.world import World

OVERLAP = timedelta(days=7)
"""How far each download of a form reaches back into the one before."""
BY_NUMBER_SHARE, BY_NAME_SHARE = 0.3, 0.1
"""Observers who type the employee number, alone or behind the name; the others type the address."""
TRY_OUT_EVERY, TWICE_EVERY = 3, 4
"""Months between downloads that hold the owner's try-out, and between those in which a row was pasted twice."""

COLUMNS = (
    "id", "started", "submitted", "observer", "observer_name", "person", "observed_on", "role", "what", "programme",
    "behaviour", "rating", "standard", "help", "comment",
)  # fmt: skip
HEADERS = {
    "en": (
        "ID", "Start time", "Completion time", "Email", "Name", "Who did you observe?", "Date of the observation",
        "Your role", "What do you record?", "Programme", "Behaviour", "Rating (1-5)", "Standard",
        "How much help was needed?", "Comments",
    ),
    "nl": (
        "Id", "Begintijd", "Tijd van voltooien", "E-mail", "Naam", "Wie heb je geobserveerd?",
        "Datum van de observatie", "Jouw rol", "Wat leg je vast?", "Programma", "Gedrag", "Beoordeling (1-5)", "Norm",
        "Hoeveel hulp was nodig?", "Toelichting",
    ),
    "de": (
        "ID", "Startzeit", "Fertigstellungszeit", "E-Mail-Adresse", "Name", "Wen haben Sie beobachtet?",
        "Datum der Beobachtung", "Ihre Rolle", "Was halten Sie fest?", "Programm", "Verhalten", "Bewertung (1-5)",
        "Soll", "Wie viel Hilfe war nötig?", "Bemerkungen",
    ),
    "fr": (
        "ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", "Qui avez-vous observé ?",
        "Date de l'observation", "Votre rôle", "Que notez-vous ?", "Programme", "Comportement", "Évaluation (1-5)",
        "Norme", "Quelle aide a été nécessaire ?", "Commentaires",
    ),
}  # fmt: skip
"""The forms' headers, in the order of ``COLUMNS``."""

WHAT = {
    "en": {"behaviour": "Observation at work", "brief": "Brief before the training", "debrief": "Debrief afterwards"},
    "nl": {"behaviour": "Observatie op de werkplek", "brief": "Voorgesprek", "debrief": "Nagesprek"},
    "de": {"behaviour": "Beobachtung bei der Arbeit", "brief": "Vorgespräch", "debrief": "Nachgespräch"},
    "fr": {"behaviour": "Observation au travail", "brief": "Entretien préalable", "debrief": "Entretien de suivi"},
}
HELP = {
    "en": {"none": "No help", "prompted": "A prompt", "assisted": "Done together"},
    "nl": {"none": "Geen hulp", "prompted": "Een aanwijzing", "assisted": "Samen gedaan"},
    "de": {"none": "Ohne Hilfe", "prompted": "Mit einem Hinweis", "assisted": "Mit Unterstützung"},
    "fr": {"none": "Sans aide", "prompted": "Après un rappel", "assisted": "Avec de l'aide"},
}
ROLE = {
    "en": {"manager": "Manager", "peer": "Colleague", "customer": "Customer", "self": "Myself"},
    "nl": {"manager": "Leidinggevende", "peer": "Collega", "customer": "Klant", "self": "Ikzelf"},
    "de": {"manager": "Führungskraft", "peer": "Kollege/Kollegin", "customer": "Kunde/Kundin", "self": "Ich selbst"},
    "fr": {"manager": "Responsable", "peer": "Collègue", "customer": "Client", "self": "Moi-même"},
}
NOBODY = {"en": "anonymous", "nl": "anoniem", "de": "anonym", "fr": "anonyme"}
MEANING = {
    "en": {"1": "far below", "2": "below", "3": "meets", "4": "above", "5": "far above"},
    "nl": {"1": "ver onder", "2": "onder", "3": "volgens", "4": "boven", "5": "ver boven"},
    "de": {"1": "weit unter", "2": "unter", "3": "nach", "4": "über", "5": "weit über"},
    "fr": {"1": "très en dessous", "2": "en dessous", "3": "conforme", "4": "au-dessus", "5": "très au-dessus"},
}
"""What the choices of the managers' form say behind the number."""

LOG_HEADER = ("Task ID", "Logged at", "Employee number", "Programme", "Behaviour asked for", "Check result", "Norm")


@dataclass(frozen=True)
class Form:
    """One of the two forms: its name in a file's name, and the questions that it doesn't ask."""

    name: str
    unasked: frozenset[str]


MANAGERS = Form("observations_managers", frozenset())
PEERS = Form("observations_peers", frozenset({"observed_on", "role", "what", "standard"}))


class ObservationChecklist:
    """The two forms and the task log, downloaded at every month's end."""

    def __init__(self, world: World, folder: Folder) -> None:
        self._world = world
        self._folder = folder
        self._rng = world.streams.of("observation_checklist")
        self._last_week: dict[str, pd.DataFrame] = {}

    def month(self, happened: Happenings) -> None:
        observed = happened["observations"]
        is_logged = observed["observer_type"] == "system"
        is_by_peer = (observed["observer_type"] == "peer") & (observed["observation_type"] == "behaviour")
        self._download(MANAGERS, self._answers(observed[~is_logged & ~is_by_peer], happened), happened)
        self._download(PEERS, self._answers(observed[is_by_peer], happened), happened)
        self._write_log(observed[is_logged], happened)

    def _answers(self, rows: pd.DataFrame, happened: Happenings) -> pd.DataFrame:
        """The rows with everything that was typed: who by, about whom, and when it was sent."""
        company, at = self._world.company, rows["at"].to_numpy()
        emails = as_of(company.emails_at, rows["person"], at)
        evening = np.datetime64(_downloaded(happened), "s") - np.timedelta64(1, "h")
        sent = at + self._rng.integers(0, 40 * 3600, len(rows)).astype("timedelta64[s]")
        return rows.assign(
            submitted=np.maximum(at, np.minimum(sent, evening)),
            observer_text=as_of(company.emails_at, rows["observer"], at),
            observer_name=as_of(company.full_names_at, rows["observer"], at),
            person_text=self._typed_persons(rows, emails),
            comment=np.where(rows["observation"] % 20 == 0, "cc " + emails, ""),
        )

    def _typed_persons(self, rows: pd.DataFrame, emails: Cells) -> Cells:
        """Who was observed, as the observer types it."""
        company, at, persons = self._world.company, rows["at"], rows["person"]
        numbers = as_of(company.numbers_at, persons, at)
        drawn = self._rng.random(len(rows))
        named = as_of(company.full_names_at, persons, at) + " (" + numbers + ")"
        capitals = np.array([email.upper() for email in emails], dtype=object)
        by_mail = np.where(drawn > 0.95, capitals, emails)
        typed = [drawn < BY_NAME_SHARE, drawn < BY_NAME_SHARE + BY_NUMBER_SHARE]
        return np.asarray(np.select(typed, [named, numbers], by_mail))

    def _download(self, form: Form, answers: pd.DataFrame, happened: Happenings) -> None:
        """One form's answers of the month, after those of the last week of the month before."""
        again = self._last_week.get(form.name, answers.iloc[:0])
        moment = _downloaded(happened)
        self._last_week[form.name] = answers[answers["submitted"] > moment - OVERLAP]
        held = pd.concat([again, answers], ignore_index=True)
        if held.empty:
            return
        twice = held.iloc[-1:] if happened.ordinal % TWICE_EVERY == TWICE_EVERY - 1 else held.iloc[:0]
        dialect = saved_by(happened.ordinal)
        columns = self._columns(form, pd.concat([held, twice], ignore_index=True), dialect)
        try_outs = 1 if happened.ordinal % TRY_OUT_EVERY == TRY_OUT_EVERY - 1 else 0
        if try_outs:
            columns = {name: np.append(cells, _TRY_OUT.get(name, "")) for name, cells in columns.items()}
        header = [title for name, title in zip(COLUMNS, HEADERS[dialect.language], strict=True) if name in columns]
        self._folder.write(
            f"{form.name}_{happened.last}.csv", dialect.render(header, list(columns.values())), moment,
            records=len(held) + len(twice) + try_outs, rejected=try_outs, duplicate=len(twice), redelivered=len(again),
        )  # fmt: skip

    def _columns(self, form: Form, held: pd.DataFrame, dialect: Dialect) -> dict[str, Cells]:
        language, submitted = dialect.language, held["submitted"]
        # The peers' form asks for no day: there, what is told is told at once.
        sent = held["at"] if "observed_on" in form.unasked else submitted
        cells = {
            "id": held["observation"].to_numpy().astype(object),
            "started": dialect.moments(sent - pd.Timedelta(minutes=3)),
            "submitted": dialect.moments(sent),
            "observer": np.where(held["observer"] < 0, NOBODY[language], held["observer_text"]),
            "observer_name": held["observer_name"].to_numpy(),
            "person": held["person_text"].to_numpy(),
            "observed_on": dialect.days(held["at"]),
            "role": dialect.words(ROLE, held["observer_type"].to_numpy()),
            "what": dialect.words(WHAT, held["observation_type"].to_numpy()),
            "programme": self._programmes(held),
            "behaviour": self._behaviours(held),
            "rating": _ratings(form, held, dialect),
            "standard": dialect.numbers(held["standard"], 0),
            "help": dialect.words(HELP, held["assist_level"].to_numpy()),
            "comment": held["comment"].to_numpy(),
        }
        return {name: cells[name] for name in COLUMNS if name not in form.unasked}

    def _programmes(self, rows: pd.DataFrame) -> Cells:
        """``PRG-2010 Right first time``, as the choices of the form name it."""
        named = [f"{programme.course_code} {programme.title}" for programme in self._world.programmes]
        return np.asarray(np.array([*named, ""], dtype=object)[rows["programme"]])

    def _behaviours(self, rows: pd.DataFrame) -> Cells:
        asked = [programme.behaviour_id for programme in self._world.programmes]
        return np.asarray(np.array([*asked, ""], dtype=object)[rows["programme"]])

    def _write_log(self, rows: pd.DataFrame, happened: Happenings) -> None:
        """The task log knows people by number, and a task either as such or with the result of a check."""
        if rows.empty:
            return
        codes = np.array([*(programme.course_code for programme in self._world.programmes), ""], dtype=object)
        columns = [
            np.array([f"T-{number}" for number in rows["observation"]], dtype=object),
            ENGLISH.moments(rows["at"]),
            as_of(self._world.company.numbers_at, rows["person"], rows["at"]),
            codes[rows["programme"]],
            self._behaviours(rows),
            ENGLISH.numbers(rows["rating"], 1),
            ENGLISH.numbers(rows["standard"].where(rows["rating"].notna()), 1),
        ]
        name = f"task_log_{happened.first:%Y-%m}.csv"
        self._folder.write(name, ENGLISH.render(LOG_HEADER, columns), _downloaded(happened), records=len(rows))


def _ratings(form: Form, held: pd.DataFrame, dialect: Dialect) -> Cells:
    """Numbers; behind whole ones, the managers' form repeats what the choice means."""
    numbers = dialect.numbers(held["rating"], 1)
    if form is PEERS:
        return numbers
    said = MEANING[dialect.language]
    whole = {f"{number}{dialect.decimal}0": f"{number} - {meaning}" for number, meaning in said.items()}
    return np.array([whole.get(number, number) for number in numbers], dtype=object)


_TRY_OUT = {"id": "0", "comment": "test", "behaviour": "test"}
"""The owner's own answer: it says nothing of anybody."""


def _downloaded(happened: Happenings) -> datetime:
    return datetime.combine(happened.last, time(21, 10))
