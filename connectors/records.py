"""The record kinds: what every tool's data becomes.

    original --declaration--> rows of a record kind --> staging (one model per kind)

A kind is a table that is declared here once: its grain, its columns with type, unit and meaning, the key of
one record, and which columns identify a person. A landed Parquet file equals this declaration to the
column, whoever wrote it; adding a tool adds no kind.

Privacy is part of the type (`DESIGN.md` §9). ``Privacy.TOKEN`` columns reach landing as keyed tokens only;
``Privacy.VAULT`` columns never reach it at all: they go to the restricted vault. There is no way to declare
a person's identifier as ``Privacy.OPEN`` by accident, because a column name that ends in ``_token`` must be
a token and the reverse (checked when this module is imported).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

CONTRACT_VERSION = "v1"
"""Version of all landing contracts; part of every landing path, so staging can unite versions that it knows."""


class Type(StrEnum):
    """Column types, spelled as DuckDB spells them. Instants are UTC without a zone; days are the learner's."""

    TEXT = "VARCHAR"
    INTEGER = "BIGINT"
    NUMBER = "DOUBLE"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    INSTANT = "TIMESTAMP"
    JSON = "JSON"

    @property
    def sql(self) -> str:
        """The type of the landed column. JSON lands as text: no engine agrees on another spelling."""
        return "VARCHAR" if self is Type.JSON else self.value


class Privacy(StrEnum):
    OPEN = "open"
    TOKEN = "token"
    VAULT = "vault"


@dataclass(frozen=True)
class Column:
    """One column: ``name``, ``type``, what it means (with its unit), and the rules it must hold.

    ``not_before`` names the column of the kind whose day comes first: of a record that ends before it begins, nobody can
    say which of the two is wrong, and no day is left on which it holds.
    """

    name: str
    type: Type
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    privacy: Privacy = Privacy.OPEN
    minimum: float | None = None
    maximum: float | None = None
    not_before: str | None = None


@dataclass(frozen=True)
class RecordKind:
    """One kind of record: ``name`` (plural), ``grain`` (what one row is), ``columns`` and the natural ``key``.

    ``key`` names the columns that make two rows of one unit the same record. ``repeats`` says that identical
    rows are separate records (a log at minute precision): the n-th occurrence is then part of the key, so a
    redelivered overlap still meets its original. ``keeps_versions`` says that a second row with the same key
    and another content is another version, and both land; otherwise it is a reject.
    """

    name: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    repeats: bool = False
    keeps_versions: bool = False
    by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {column.name: column for column in self.columns})
        if unknown := set(self.key) - set(self.by_name):
            raise ValueError(f"record kind {self.name}: key names unknown columns {sorted(unknown)}")
        for column in self.columns:
            if column.not_before is not None and column.not_before not in self.by_name:
                raise ValueError(f"{self.name}.{column.name}: there is no column {column.not_before}")
            if column.name.endswith("_token") != (column.privacy is Privacy.TOKEN):
                raise ValueError(f"{self.name}.{column.name}: a token column ends in _token, and only it does")

    @property
    def landed(self) -> tuple[Column, ...]:
        """The columns of a landed file, in order: provenance first, then every column that may leave the vault."""
        return PROVENANCE + tuple(c for c in self.columns if c.privacy is not Privacy.VAULT) + (EXTRAS,)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.required)

    @property
    def describes(self) -> bool:
        """Whether a row says how something is from a day on, so that the next one about it takes its place."""
        return "effective_date" in self.by_name


# A column in one line each: the tables below are meant to be read as tables.


def _text(name: str, meaning: str, *allowed: str, required: bool = False) -> Column:
    return Column(name, Type.TEXT, meaning, required=required, allowed=allowed)


def _number(name: str, meaning: str, minimum: float | None = None, maximum: float | None = None) -> Column:
    return Column(name, Type.NUMBER, meaning, minimum=minimum, maximum=maximum)


def _integer(name: str, meaning: str, minimum: float | None = None) -> Column:
    return Column(name, Type.INTEGER, meaning, minimum=minimum)


def _flag(name: str, meaning: str, required: bool = False) -> Column:
    return Column(name, Type.BOOLEAN, meaning, required=required)


def _date(name: str, meaning: str, required: bool = False, not_before: str | None = None) -> Column:
    return Column(name, Type.DATE, meaning, required=required, not_before=not_before)


def _at(name: str, meaning: str, required: bool = False) -> Column:
    return Column(name, Type.INSTANT, meaning, required=required)


def _json(name: str, meaning: str) -> Column:
    return Column(name, Type.JSON, meaning)


def _token(name: str, meaning: str, required: bool = False) -> Column:
    return Column(name, Type.TEXT, meaning, required=required, privacy=Privacy.TOKEN)


def _tokens(name: str, meaning: str) -> Column:
    """Several tokens in one column, as a JSON array."""
    return Column(name, Type.JSON, meaning, privacy=Privacy.TOKEN)


def _vault(name: str, meaning: str) -> Column:
    return Column(name, Type.TEXT, meaning, privacy=Privacy.VAULT)


PROVENANCE = (
    _text("tool", "The tool that the record comes from; the connector's name.", required=True),
    _text("unit", "The unit of landing: the original's hash, or the window of a pull.", required=True),
    _text("record_key", "Identity of the record within its tool and kind; a redelivered record has the same.", required=True),
    Column("source_line", Type.INTEGER, "Line of the original where the record begins, from 1.", required=True),
    _at("extracted_at", "When the original left its tool, as well as is known (UTC).", required=True),
    _text("declaration_version", "Version of the declaration that mapped the record.", required=True),
)
EXTRAS = _json("extras", "Columns of the original that no column of the kind holds and that the declaration vouches for.")

_PERSON = "Token of the identifier by which the tool knows the person."
_ACTIVITY = "The activity as the tool identifies it."
_VALID = (_date("valid_from", "First day on which the row holds."), _date("valid_to", "First day on which it holds no more."))

MILESTONES = (
    "requested", "approved", "rejected", "confirmed", "waitlisted", "assigned", "started",
    "completed", "passed", "failed", "cancelled", "exempted", "expired",
)  # fmt: skip

STATEMENTS = RecordKind(
    "statements",
    "one xAPI statement, flattened; the original stays in the archive, found by unit and line",
    (
        _text("statement_id", "Statement id, lower case.", required=True),
        _text("id_source", "Whether the id was sent or derived from the content.", "sent", "derived", required=True),
        _text("body_hash", "128-bit hash of the statement without what a redelivery may change; tells redelivery from conflict.", required=True),
        _integer("untimed_hash", "64 bits of the same hash without the time, where nobody vouches for it but an LRS: none was sent, or it is that of storing. Of two copies that have it, the time is no difference."),
        _token("actor_token", "Token of the actor's inverse functional identifier; empty for a group, which is no person."),
        _text("actor_kind", "What the actor is.", "agent", "group", "anonymous_group", required=True),
        _token("group_token", "Token of the identifier of the group that acted; empty for an anonymous one."),
        _tokens("member_token", "Tokens of the members that the group tells (array)."),
        _text("verb_id", "Verb IRI.", required=True),
        _text("object_kind", "What the object is.", "activity", "agent", "group", "statement_ref", "sub_statement", required=True),
        _text("object_id", "Activity IRI, or id of the statement referred to; of a sub-statement, what it is about. Empty where that is a person."),
        _token("object_person_token", "Token of the person, where the object is one; of a sub-statement, of who acts in it."),
        _text("object_verb_id", "Verb IRI of a sub-statement: what is meant to happen."),
        _text("activity_type", "Type IRI of the object's definition."),
        _text("activity_name", "Name in the object's definition, in the first language that is given."),
        _text("parent_activity_id", "First parent in the context activities."),
        _json("grouping_activity_ids", "Grouping activities (array of IRIs)."),
        _json("category_activity_ids", "Category activities, which name the profile (array of IRIs)."),
        _text("registration", "Registration UUID."),
        _text("session_id", "Session id of the profile (cmi5, video), or the attempt activity (SCORM)."),
        _text("platform", "context.platform."),
        _text("language", "context.language (RFC 5646)."),
        _token("instructor_token", "Token of context.instructor."),
        _token("team_token", "Token of context.team."),
        _token("authority_token", "Token of the authority."),
        _text("statement_ref_id", "Statement that the context refers to."),
        _number("score_scaled", "result.score.scaled, -1 to 1.", -1, 1),
        _number("score_raw", "result.score.raw, in points of the instrument."),
        _number("score_min", "result.score.min, in points."),
        _number("score_max", "result.score.max, in points."),
        _flag("is_success", "result.success."),
        _flag("is_completion", "result.completion."),
        _text("duration_text", "result.duration as sent: months have no length, so the text is kept."),
        _number("duration_seconds", "result.duration in seconds where it has an exact length.", 0),
        _json("result_extensions", "Result extensions of the profiles that Throughline knows."),
        _json("context_extensions", "Context extensions of the profiles that Throughline knows."),
        _at("occurred_at", "timestamp (UTC), or stored where none was sent.", required=True),
        _date("occurred_date", "The learner's local day of the timestamp.", required=True),
        _integer("utc_offset_minutes", "Offset of the timestamp as sent; empty where it had no zone."),
        _at("stored_at", "stored (UTC)."),
        _text("xapi_version", "version as sent."),
        _json("flags", "Policies that the statement met (accepted, but worth knowing)."),
    ),
    key=("statement_id", "body_hash"),
)

LEARNING_EVENTS = RecordKind(
    "learning_events",
    "one activity event of a tool that does not speak xAPI",
    (
        _token("person_token", _PERSON + " Empty where the log does not say who."),
        _at("occurred_at", "When it happened (UTC).", required=True),
        _date("occurred_date", "The learner's local day.", required=True),
        _text("verb", "What was done, in the words of the verb seed (viewed, submitted, completed, …).", required=True),
        _text("event_name", "The event as the tool names it."),
        _text("activity_id", _ACTIVITY),
        _text("activity_name", "The activity's name in the tool."),
        _text("activity_kind", "Kind of activity in the tool's words."),
        _text("parent_activity_id", "The course or programme that holds it."),
        _text("session_id", "Session of the tool, where it keeps one."),
        _number("duration_seconds", "Time spent, in seconds.", 0),
        _number("progress_share", "Progress after the event, 0 to 1.", 0, 1),
    ),
    key=("person_token", "occurred_at", "verb", "event_name", "activity_id", "parent_activity_id"),
    repeats=True,
)

PEOPLE = RecordKind(
    "people",
    "one person as an HR system described them on a day",
    (
        _token("person_token", "Token of the employee number.", required=True),
        _token("email_token", "Token of the work e-mail."),
        _token("email_sha1_token", "Token of the e-mail's mbox_sha1sum, so that both forms meet."),
        _token("username_token", "Token of the organisation-wide login."),
        _vault("full_name", "Name; stays in the vault."),
        _vault("given_name", "Given name; stays in the vault."),
        _vault("family_name", "Family name; stays in the vault."),
        _vault("birth_date", "Birth date; stays in the vault."),
        _text("birth_decade", "Birth year rounded down to ten."),
        _text("employment_status", "Status on the day.", "active", "on_leave", "suspended", "left"),
        _text("employment_type", "Employee, contractor, apprentice, … in the organisation's words."),
        _text("job_title", "Job title."),
        _text("org_unit_id", "Unit that the person belongs to."),
        _text("position_id", "Position that the person holds."),
        _token("manager_token", "Token of the manager's employee number."),
        _number("fte", "Full-time equivalents contracted.", 0),
        _text("site", "Place of work."),
        _text("country", "Country of work, as the system writes it."),
        _text("language", "Preferred language."),
        _date("hired_date", "First day of employment."),
        _date("left_date", "Last day of employment."),
        _date("effective_date", "Day from which the description holds; the day of the export where the system does not say.", required=True),
        _flag("is_deleted", "The system says that the person is gone.", required=True),
        _flag("is_complete_snapshot", "The export holds everybody: absence means gone.", required=True),
        _text("series", "Export series that a complete snapshot is complete for."),
    ),
    key=("person_token", "effective_date"),
)

JOB_ASSIGNMENTS = RecordKind(
    "job_assignments",
    "one position held by a person in a unit under a manager; several may run at once",
    (
        _token("person_token", "Token of the employee number.", required=True),
        _text("assignment_id", "The assignment in the HR system."),
        _text("org_unit_id", "Unit."),
        _text("position_id", "Position or job."),
        _text("job_title", "Title of the assignment."),
        _token("manager_token", "Token of the manager's employee number."),
        _number("fte", "Full-time equivalents of this assignment.", 0),
        _flag("is_primary", "The assignment that counts where only one can."),
        _date("started_date", "First day."),
        _date("ended_date", "Last day.", not_before="started_date"),
        _date("effective_date", "Day from which the description holds.", required=True),
        _flag("is_deleted", "The system says that the assignment is gone.", required=True),
        _flag("is_complete_snapshot", "The export holds every assignment: absence means ended.", required=True),
        _text("series", "Export series that a complete snapshot is complete for."),
    ),
    key=("person_token", "assignment_id", "org_unit_id", "position_id", "effective_date"),
)

ABSENCES = RecordKind(
    "absences",
    "one absence or leave interval",
    (
        _token("person_token", "Token of the employee number.", required=True),
        _text("absence_id", "The absence in the HR system."),
        _text("absence_type", "Leave, sickness, parental, … in the organisation's words; never a diagnosis."),
        _date("started_date", "First day.", required=True),
        _date("ended_date", "Last day; empty while it lasts."),
        _number("fte_share", "Share of the contract that is absent, 0 to 1.", 0, 1),
    ),
    key=("person_token", "absence_id", "started_date", "absence_type"),
)

ORG_UNITS = RecordKind(
    "org_units",
    "one organisational unit with its parent, as described on a day",
    (
        _text("org_unit_id", "The unit in the HR system.", required=True),
        _text("org_unit_name", "Name."),
        _text("parent_org_unit_id", "The unit above; empty at the top."),
        _text("org_unit_kind", "Level or type in the organisation's words."),
        _text("framework", "Hierarchy that the unit belongs to."),
        _token("manager_token", "Token of the unit's manager."),
        _date("effective_date", "Day from which the description holds.", required=True),
        _flag("is_deleted", "The system says that the unit is gone.", required=True),
        _flag("is_complete_snapshot", "The export holds every unit: absence means gone.", required=True),
        _text("series", "Export series that a complete snapshot is complete for."),
    ),
    key=("org_unit_id", "effective_date"),
)

POSITIONS = RecordKind(
    "positions",
    "one position or job of the organisation's own catalogue, as described on a day",
    (
        _text("position_id", "The position in the HR system.", required=True),
        _text("position_name", "Name."),
        _text("parent_position_id", "The position above; empty at the top."),
        _text("position_kind", "Type in the organisation's words."),
        _text("framework", "Hierarchy that the position belongs to."),
        _date("effective_date", "Day from which the description holds.", required=True),
        _flag("is_deleted", "The system says that the position is gone.", required=True),
        _flag("is_complete_snapshot", "The export holds every position: absence means gone.", required=True),
        _text("series", "Export series that a complete snapshot is complete for."),
    ),
    key=("position_id", "effective_date"),
)

ACCOUNTS = RecordKind(
    "accounts",
    "one login in one tool, with whatever identifies its owner",
    (
        _token("account_token", "Token by which the tool's records refer to the account.", required=True),
        _text("identifier_type", "Type of that identifier.", required=True),
        _token("employee_token", "Token of the employee number, where the tool holds it."),
        _token("email_token", "Token of the e-mail, where the tool holds it."),
        _token("email_sha1_token", "Token of the mbox_sha1sum, sent or made from the e-mail."),
        _token("username_token", "Token of the organisation-wide login, or of the account of another tool that it is."),
        _vault("full_name", "Name in the tool; stays in the vault."),
        _text("account_home_page", "Home page of an xAPI account: the system that the name belongs to."),
        _text("account_status", "Status in the tool.", "active", "suspended", "deleted"),
    ),
    key=("account_token", "employee_token", "email_token", "email_sha1_token", "username_token"),
)

ACTIVITIES = RecordKind(
    "activities",
    "one offering in one tool's catalogue, as described when it was extracted",
    (
        _text("activity_id", _ACTIVITY, required=True),
        _text("title", "Title."),
        _text("activity_kind", "Kind in the tool's words (course, quiz, video, session, …)."),
        _text("activity_type", "xAPI activity type IRI, where the tool has one."),
        _text("parent_activity_id", "The course or programme that holds it."),
        _text("catalogue_code", "Code that the organisation gives the content, the same in every tool."),
        _flag("is_formal", "Formal (planned, with a goal) or informal."),
        _number("duration_planned_seconds", "Planned duration, in seconds.", 0),
        _text("provider", "Who made or gives it."),
        _text("language", "Language of the content."),
        _json("capability_tags", "Capabilities that the tool says it develops (array)."),
    ),
    key=("activity_id",),
)

ENROLMENTS = RecordKind(
    "enrolments",
    "one milestone of one enrolment",
    (
        _token("person_token", _PERSON, required=True),
        _text("activity_id", _ACTIVITY, required=True),
        _text("activity_name", "The activity's name in the tool."),
        _text("parent_activity_id", "The course or programme that holds it."),
        _text("enrolment_id", "The enrolment in the tool, where it keeps one."),
        _text("milestone", "What was reached.", *MILESTONES, required=True),
        _at("occurred_at", "When it was reached (UTC).", required=True),
        _date("occurred_date", "The learner's local day.", required=True),
        _at("due_at", "When completion is due (UTC), on any milestone; what an assignment says counts first."),
        _date("due_date", "The learner's local day up to which completion is due, beside due_at."),
        _token("decided_by_token", "Token of who approved, rejected or assigned."),
        _text("decided_by_rule", "What in the tool decided (the status or criterion as it names it)."),
    ),
    key=("person_token", "activity_id", "enrolment_id", "milestone", "occurred_at"),
)

ATTENDANCES = RecordKind(
    "attendances",
    "one person at one held session",
    (
        _token("person_token", _PERSON, required=True),
        _text("activity_id", _ACTIVITY, required=True),
        _text("session_id", "The session in the tool.", required=True),
        _at("started_at", "Start of the session (UTC).", required=True),
        _date("started_date", "The learner's local day."),
        _text("attendance", "What happened.", "attended", "partly_attended", "no_show", "excused", required=True),
        _number("attended_minutes", "Minutes present.", 0),
    ),
    key=("person_token", "session_id"),
)

ASSESSMENTS = RecordKind(
    "assessments",
    "one attempt or score of one person on one instrument",
    (
        _token("person_token", _PERSON, required=True),
        _text("instrument_id", "The test, quiz or grade item as the tool identifies it.", required=True),
        _text("instrument_name", "Its name."),
        _text("activity_id", "The activity or course that it belongs to."),
        _text("attempt_id", "The attempt in the tool."),
        _at("occurred_at", "When it was taken, or else exported (UTC).", required=True),
        _date("occurred_date", "The learner's local day.", required=True),
        _flag("is_occurred_at_exact", "The tool says when; otherwise the day of the export stands in.", required=True),
        _text("occasion", "Before, right after or some time after learning.", "pre", "post", "delayed"),
        _text("form", "Form of the instrument, where parallel forms exist."),
        _number("score", "Score, in points of the instrument."),
        _number("score_min", "Lowest possible score, in points."),
        _number("score_max", "Highest possible score, in points."),
        _number("score_scaled", "Score as a share, -1 to 1.", -1, 1),
        _flag("is_passed", "Passed, as the tool decided."),
    ),
    key=("person_token", "instrument_id", "activity_id", "attempt_id", "occurred_at"),
)

LEARNING_TIME = RecordKind(
    "learning_time",
    "one registered stretch of learning, formal or informal",
    (
        _token("person_token", _PERSON, required=True),
        _text("entry_id", "The entry in the tool."),
        _text("activity_id", _ACTIVITY),
        _at("started_at", "Start (UTC), where the tool keeps it."),
        _date("learning_date", "The learner's local day.", required=True),
        _number("minutes", "Minutes of learning.", 0),
        _flag("is_formal", "Formal or informal."),
        _text("mode", "Where learning happened (70/20/10).", "on_the_job", "social", "formal"),
        _text("initiator", "Who took the initiative.", "hr", "manager", "employee"),
    ),
    key=("person_token", "entry_id", "activity_id", "started_at", "learning_date"),
)

CERTIFICATIONS = RecordKind(
    "certifications",
    "one award, requirement, renewal or lapse of a licence or CPD credit",
    (
        _token("person_token", _PERSON, required=True),
        _text("certification_id", "The licence or scheme.", required=True),
        _text("certification_name", "Its name."),
        _text("event", "What happened.", "required", "awarded", "renewed", "expired", "revoked", "exempted", required=True),
        _date("event_date", "When.", required=True),
        _date("valid_to", "First day on which it is valid no more."),
        _number("cpd_hours", "CPD hours credited.", 0),
        _text("regulator", "Who asks for it."),
    ),
    key=("person_token", "certification_id", "event", "event_date"),
)

SURVEY_RESPONSES = RecordKind(
    "survey_responses",
    "one answer to one item",
    (
        _text("response_id", "The response (pseudonymous).", required=True),
        _token("person_token", "Token of the respondent, only where the survey declared the link."),
        _text("survey_id", "The survey.", required=True),
        _text("item_id", "The item.", required=True),
        _text("item_text", "Text of the item."),
        _text("construct", "What the item measures (reaction, intent, application, climate factor, …)."),
        _text("occasion", "When it was asked relative to learning.", "before", "end", "follow_up"),
        _text("activity_id", "The activity that it is about."),
        _text("org_unit_id", "Unit of the respondent, where the survey asks no more."),
        _at("answered_at", "When (UTC)."),
        _date("answered_date", "The respondent's local day."),
        _number("answer_number", "Answer on the item's scale, in scale points."),
        _text("answer_code", "Coded answer; free text stays in the archive."),
        _number("scale_min", "Lowest scale point."),
        _number("scale_max", "Highest scale point."),
    ),
    key=("survey_id", "response_id", "item_id", "answer_code"),
)

OBSERVATIONS = RecordKind(
    "observations",
    "one observed behaviour at work, brief or debrief",
    (
        _token("person_token", "Token of the observed person.", required=True),
        _token("observer_token", "Token of the observer."),
        _text("observation_id", "The observation in the tool."),
        _text("observer_type", "Who observed.", "manager", "peer", "customer", "system", "self", required=True),
        _text("observation_type", "What it is.", "behaviour", "brief", "debrief", "opportunity", required=True),
        _text("behaviour_id", "The target behaviour."),
        _text("activity_id", "The activity that it follows from."),
        _at("observed_at", "When (UTC).", required=True),
        _date("observed_date", "The local day of the person who was observed."),
        _number("rating", "Rating, in points of the observer's scale."),
        _number("standard", "Rating that meets the standard, in the same points."),
        _text("assist_level", "Help that was needed.", "none", "prompted", "assisted"),
    ),
    key=("person_token", "observation_id", "behaviour_id", "observation_type", "observed_at", "observer_token"),
)

KPI_VALUES = RecordKind(
    "kpi_values",
    "one KPI value of one team in one period",
    (
        _text("kpi_id", "The KPI.", required=True),
        _text("org_unit_id", "The team."),
        _token("person_token", "Token of the person, where the source is per person; aggregated before landing."),
        _date("period_start", "First day of the period.", required=True),
        _date("period_end", "First day after it.", required=True),
        _number("value", "Value, in the KPI's unit."),
        _number("numerator", "Numerator of a ratio, in its unit."),
        _number("denominator", "Denominator of a ratio, in its unit."),
        _text("definition_version", "Version of the KPI's definition."),
    ),
    key=("kpi_id", "org_unit_id", "person_token", "period_start", "period_end", "definition_version"),
)

CAPABILITY_ASSESSMENTS = RecordKind(
    "capability_assessments",
    "one person's level on one capability against a target",
    (
        _token("person_token", _PERSON, required=True),
        _text("capability_id", "The capability.", required=True),
        _at("assessed_at", "When (UTC).", required=True),
        _date("assessed_date", "The person's local day."),
        _number("level", "Level reached, in points of the scale."),
        _number("target_level", "Level wanted, in the same points."),
        _number("scale_max", "Highest level of the scale."),
        _text("method", "How it was assessed."),
        _text("assessor_type", "Who assessed.", "self", "manager", "peer", "expert", "system"),
        _date("expires_date", "First day on which it counts no more."),
    ),
    key=("person_token", "capability_id", "assessed_at", "assessor_type"),
)

COSTS = RecordKind(
    "costs",
    "one cost line of an activity, provider or tool",
    (
        _text("cost_id", "The line in the ledger of finance."),
        _text("activity_id", "The activity."),
        _text("provider", "The provider."),
        _text("cost_tool", "The tool, for licences."),
        _text("org_unit_id", "Unit that bears it."),
        _text("cost_type", "Direct or opportunity cost.", "direct", "opportunity", required=True),
        _number("amount", "Amount, in the currency beside it."),
        _text("currency", "ISO 4217 code.", required=True),
        _date("period_start", "First day of the period.", required=True),
        _date("period_end", "First day after it."),
    ),
    key=("cost_id", "activity_id", "provider", "cost_tool", "org_unit_id", "cost_type", "period_start"),
)


def _strategy(sheet: str, grain: str, key: tuple[str, ...], *columns: Column) -> RecordKind:
    """A sheet of the strategy workbook (`STRATEGY.md`): every row has a validity, so that a change keeps history."""
    return RecordKind(f"strategy_{sheet}", grain, columns + _VALID, key=(*key, "valid_from"))


STRATEGY = (
    _strategy(
        "vision", "one statement of what the organisation wants learning to be", ("vision_id",),
        _text("vision_id", "The statement.", required=True), _text("statement", "Its text."),
        _text("owner_role", "Role that owns it."), _integer("horizon_year", "Year that it looks to."),
    ),
    _strategy(
        "target_mix", "one chosen share of a learning form, per unit and year", ("dimension", "form", "org_unit_id", "year"),
        _text("dimension", "What is divided (synchronous, formal, social, 70/20/10, provider, initiative).", required=True),
        _text("form", "The form.", required=True), _text("org_unit_id", "Unit; empty for all."),
        _integer("year", "Year."), _number("target_share", "Share wanted, 0 to 1.", 0, 1),
    ),
    _strategy(
        "goals", "one strategic goal", ("goal_id",),
        _text("goal_id", "The goal.", required=True), _text("goal", "Its text."),
        _text("theme", "Theme.", "customer", "efficiency", "service_quality", "employee", "other"),
        _text("owner_role", "Role that owns it."), _text("success_definition", "When it is reached."),
    ),
    _strategy(
        "kpis", "one KPI and how it is read", ("kpi_id", "definition_version"),
        _text("kpi_id", "The KPI.", required=True), _text("kpi", "Its name."), _text("goal_id", "Goal that it measures."),
        _text("unit_name", "Unit of its values."), _text("direction", "Which way is better.", "up", "down"),
        _text("aggregation", "How teams add up.", "sum", "mean", "ratio"), _integer("lag_days", "Days until learning can show.", 0),
        _number("unit_value", "Money value of one unit."), _text("currency", "ISO 4217 code."), _text("definition_version", "Version."),
    ),
    _strategy(
        "capabilities", "one capability or skill", ("capability_id",),
        _text("capability_id", "The capability.", required=True), _text("capability", "Its name."),
        _text("parent_capability_id", "The capability above."), _flag("is_strategic", "Chosen as strategic."),
        _text("esco_uri", "ESCO skill."), _text("onet_id", "O*NET element."), _integer("horizon_year", "Year that it is needed by."),
    ),
    _strategy(
        "capability_targets", "one level wanted, per capability, role or unit, and year", ("capability_id", "position_id", "org_unit_id", "year"),
        _text("capability_id", "The capability.", required=True), _text("position_id", "Role."), _text("org_unit_id", "Unit."),
        _integer("year", "Year."), _number("target_level", "Level wanted, in scale points."), _number("persons_wanted", "Persons at that level.", 0),
    ),
    _strategy(
        "ld_maturity", "one assessed capability of the L&D function itself", ("ld_capability", "assessed_date"),
        _text("ld_capability", "The capability (curation, experience design, …).", required=True), _number("level", "Level, in scale points."),
        _number("target_level", "Level wanted."), _text("obstacle", "What is in the way.", "skills", "mandate", "budget"), _date("assessed_date", "Day."),
    ),
    _strategy(
        "initiatives", "one initiative", ("initiative_id",),
        _text("initiative_id", "The initiative.", required=True), _text("initiative", "Its name."),
        _text("owner_level", "Who owns it.", "hr", "manager", "employee"),
        _text("stage", "How far it is.", "map", "vision", "couple", "own", "pilot", "scale"),
        _date("started_date", "First day."), _number("budget", "Budget, in the currency beside it.", 0), _text("currency", "ISO 4217 code."),
    ),
    _strategy(
        "links", "one tie between two things of the strategy", ("from_type", "from_id", "to_type", "to_id"),
        _text("from_type", "Type of the one.", "goal", "initiative", "activity", required=True), _text("from_id", "The one.", required=True),
        _text("to_type", "Type of the other.", "initiative", "activity", "capability", "kpi", required=True), _text("to_id", "The other.", required=True),
        _number("weight", "Weight; they add up to 1 for each of the one.", 0, 1),
    ),
    _strategy(
        "enrolment_policies", "one rule on who may enrol in what, where and how", ("policy_id",),
        _text("policy_id", "The rule.", required=True), _text("activity_id", "Activity; empty for all."), _text("activity_kind", "Kind; empty for all."),
        _text("eligible_position_id", "Role that may enrol."), _text("eligible_org_unit_id", "Unit that may enrol."),
        _text("designated_tool", "Tool to enrol in."), _text("approval", "Approval needed.", "none", "manager", "hr", "both"),
        _flag("needs_confirmation", "A confirmation must follow."), _integer("within_days", "Days within which it must be decided.", 0),
    ),
    _strategy(
        "agreements", "one agreement on learning", ("agreement_id",),
        _text("agreement_id", "The agreement.", required=True), _text("agreement", "Its text."), _text("applies_to", "Formal, informal or both.", "formal", "informal", "both"),
        _flag("must_be_registered", "Time must be registered."), _text("designated_tool", "Where."), _number("cap_hours_per_year", "Cap, in hours a year.", 0),
    ),
    _strategy(
        "requirements", "one certification or CPD that a role requires", ("position_id", "certification_id"),
        _text("position_id", "Role.", required=True), _text("certification_id", "Licence or scheme.", required=True), _text("regulator", "Who asks for it."),
        _integer("cycle_months", "Cycle, in months.", 0), _integer("validity_months", "Validity, in months.", 0), _number("cpd_hours", "CPD hours a cycle.", 0),
    ),
    _strategy(
        "pilots", "one pilot as it was registered beforehand", ("initiative_id", "kpi_id", "org_unit_id"),
        _text("initiative_id", "The initiative.", required=True), _text("kpi_id", "KPI that it should move.", required=True), _text("org_unit_id", "Unit.", required=True),
        _integer("start_order", "Planned place in the start order."), _date("planned_start_date", "Planned start."), _integer("window_days", "Days observed.", 0),
        _integer("lag_days", "Days until an effect can show.", 0), _date("registered_date", "Day on which this was written down."),
        _text("assignment", "How the start order came about.", "randomised", "chosen"),
    ),
    _strategy(
        "readiness", "one item of the five starting steps", ("item_id",),
        _text("item_id", "The item.", required=True), _text("step", "Step that it belongs to."), _text("answer", "Answer.", "yes", "partly", "no"), _text("evidence_url", "Evidence."),
    ),
)  # fmt: skip

RECORD_KINDS: dict[str, RecordKind] = {
    kind.name: kind
    for kind in (
        STATEMENTS, LEARNING_EVENTS, PEOPLE, JOB_ASSIGNMENTS, ABSENCES, ORG_UNITS, POSITIONS, ACCOUNTS, ACTIVITIES,
        ENROLMENTS, ATTENDANCES, ASSESSMENTS, LEARNING_TIME, CERTIFICATIONS, SURVEY_RESPONSES, OBSERVATIONS,
        KPI_VALUES, CAPABILITY_ASSESSMENTS, COSTS, *STRATEGY,
    )
}  # fmt: skip


# Tables of landing itself. They are declared like kinds, because readers rely on them just as much.

LEDGER_COLUMNS = (
    _text("tool", "The tool.", required=True),
    _text("record_kind", "The record kind; `none` for an original that was refused as a whole.", required=True),
    _text("unit", "The unit of landing.", required=True),
    _text("export", "The export of the tool's declaration that the original was read as."),
    _text("series", "The export series: file name without dates."),
    _text("source_file", "Name of the original in the inbox, e-mail addresses masked."),
    _integer("source_rows", "Records in the original; rows that are declared to be none (totals, the end of a report) aren't counted."),
    _integer("rows_read", "Records of the original that are of this kind."),
    _integer("rows_landed", "Of these, landed."),
    _integer("rows_rejected", "Of these, rejected with a reason."),
    _integer("rows_duplicate", "Of these, the same record again within the unit."),
    _integer("rows_erased", "Of these, erased at a person's request."),
    _text("status", "What became of the unit.", "landed", "refused", required=True),
    _text("reason", "Why it was refused, and the next step."),
    _text("declaration_version", "Version of the declaration.", required=True),
    _at("extracted_at", "When the original left its tool, as well as is known (UTC).", required=True),
    _at("landed_at", "When the unit was landed (UTC).", required=True),
    _text("columns_untold", "Of a kind that describes something from a day on: columns of which the original tells nothing, not even that they are empty, with a bar before and after each; empty where it tells all."),
)

REJECT_COLUMNS = (
    _text("tool", "The tool.", required=True),
    _text("record_kind", "The record kind.", required=True),
    _text("unit", "The unit of landing.", required=True),
    _text("source_file", "Name of the original in the inbox, e-mail addresses masked."),
    Column("source_line", Type.INTEGER, "Line of the original, from 1.", required=True),
    _text("rule", "The rule that the record breaks.", required=True),
    _text("column_name", "Column of the original (or JSON pointer) that breaks it."),
    _text("expected", "What was expected there; never the value.", required=True),
)

LATE_ROW_COLUMNS = (
    _text("tool", "The tool.", required=True),
    _text("unit", "The window that was pulled again: a day of `stored` (UTC).", required=True),
    _at("closed_at", "When the window had been landed before, which closed it (UTC).", required=True),
    _at("found_at", "When it was landed again (UTC).", required=True),
    _date("restated_date", "Local day of events that this changed.", required=True),
    _integer("rows_late", "Statements of that day that were not there when the window had been closed."),
    _integer("rows_gone", "Statements of that day that the LRS sends no more (voided ones, mostly); they are kept in a unit of their own."),
)

REPLAY_COLUMNS = (
    _text("tool", "The tool.", required=True),
    _text("unit", "The unit of landing.", required=True),
    _text("source_file", "Name of the original in the inbox, e-mail addresses masked."),
    _text("record_kind", "The record kind; `none` for an original that was refused as a whole.", required=True),
    _at("replayed_at", "When the unit was landed again (UTC).", required=True),
    *(
        column
        for when, which in (("before", "that had mapped it before"), ("after", "that maps it now"))
        for column in (
            _text(f"declaration_version_{when}", f"Version of the declaration {which}; empty: there was no such kind."),
            _text(f"status_{when}", "landed or refused."),
            _integer(f"rows_read_{when}", "Records of the original that are of this kind."),
            _integer(f"rows_landed_{when}", "Of these, landed."),
            _integer(f"rows_rejected_{when}", "Of these, rejected with a reason."),
            _integer(f"rows_duplicate_{when}", "Of these, the same record again within the unit."),
        )
    ),
)


def columns_sql(columns: tuple[Column, ...]) -> str:
    """``name TYPE, …`` as it stands in a DDL statement."""
    return ", ".join(f'"{c.name}" {c.type.sql}' for c in columns)


def kinds() -> Iterator[RecordKind]:
    yield from RECORD_KINDS.values()
