"""What there is to learn, and in which tool.

A course is content, known by the organisation's catalogue code; an offering is that course in one tool,
under that tool's own id. Some courses are offered twice: the question that no single tool can answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from simulator.recipe import ProgrammePlan
from simulator.world.period import Period

MOODLE, LRS, LXP, CLASSROOM = "moodle", "xapi", "udemy_business", "classroom_attendance"
SECOND_LRS = "academy_lrs"
"""Holds part of what the first one holds; nothing is offered there."""

ACADEMY = "https://academy.meridian.example.com"
PLATFORMS = ("account", "mbox", "mbox_sha1sum")
"""The three players behind the LRS; each knows people by another kind of identifier."""


@dataclass(frozen=True)
class Course:
    """``popularity``: chance that somebody of the audience takes it within 18 months. ``completion``: chance to finish.

    ``pass_mark`` and ``mean_score`` are on 0–100; no pass mark means no test. ``audience`` is a division,
    ``heads`` for those who lead a unit, ``joiners`` for their first weeks, ``programme`` for the teams whose turn it
    is, or empty for everybody. ``provider``: who made it; ``price``: EUR for each who takes it, 0 inside a licence.
    """

    code: str
    slug: str
    title: str
    minutes: int
    popularity: float
    completion: float
    tools: tuple[str, ...]
    pass_mark: int | None = None
    mean_score: float = 76
    audience: str = ""
    is_yearly: bool = False
    programme: str = ""
    provider: str = "Meridian Academy"
    price: float = 0.0


COURSES = (
    Course(
        "CAT-1010", "information-security", "Information security", 40, 1.0, 0.90, (MOODLE,), 80, 84, is_yearly=True,
    ),
    Course("CAT-1020", "first-ten-days", "Your first ten days", 90, 1.0, 0.84, (MOODLE,), audience="joiners"),
    Course("CAT-1030", "privacy-essentials", "Privacy essentials", 45, 0.34, 0.80, (MOODLE, LRS, LXP), 70, 79),
    Course(
        "CAT-1040", "fire-safety", "Fire safety and evacuation", 30, 0.40, 0.83, (MOODLE, CLASSROOM), 75, 86, price=45,
    ),
    Course("CAT-1050", "manual-handling", "Manual handling", 35, 0.55, 0.78, (MOODLE,), 70, 80, "Operations"),
    Course(
        "CAT-1060", "coaching-conversations", "Coaching conversations", 120, 0.50, 0.66, (MOODLE, LRS, CLASSROOM),
        audience="heads", provider="Kompas Coaching", price=310,
    ),
    Course("CAT-1070", "giving-feedback", "Giving feedback", 50, 0.22, 0.72, (LRS, LXP)),
    Course("CAT-1080", "spreadsheets", "Spreadsheets for analysts", 150, 0.18, 0.58, (MOODLE, LRS, LXP), 65, 71),
    Course("CAT-1090", "sql-from-the-start", "SQL from the start", 240, 0.12, 0.47, (LRS,), 60, 66),
    Course("CAT-1100", "reading-data", "Reading data critically", 90, 0.20, 0.64, (LRS, LXP), 60, 72),
    Course("CAT-1110", "difficult-calls", "Handling difficult calls", 75, 0.55, 0.76, (MOODLE,), 65, 75, "Customer"),
    Course("CAT-1120", "complaints", "From complaint to loyalty", 60, 0.42, 0.71, (MOODLE, LRS), 65, 77, "Customer"),
    Course("CAT-1130", "small-projects", "Projects in small steps", 110, 0.16, 0.62, (MOODLE, LRS, LXP)),
    Course("CAT-1140", "agile-work", "Working in short cycles", 100, 0.20, 0.65, (LRS,), 60, 74),
    Course("CAT-1150", "cloud-foundations", "Cloud foundations", 300, 0.50, 0.55, (LRS,), 70, 72, "Technology"),
    Course("CAT-1160", "lean-floor", "Lean on the shop floor", 80, 0.34, 0.70, (MOODLE, LRS), 60, 73, "Operations"),
    Course("CAT-1170", "business-english", "Business English", 600, 0.15, 0.44, (LRS,), 60, 70),
    Course("CAT-1180", "ai-at-work", "Working with AI assistants", 60, 0.38, 0.77, (MOODLE, LRS, LXP), 60, 78),
    Course("CAT-1190", "presenting", "Presenting with confidence", 80, 0.14, 0.60, (LXP,), provider="Open Stage"),
    Course("CAT-1200", "negotiation", "Negotiating step by step", 140, 0.09, 0.52, (LXP,), provider="Open Stage"),
)  # fmt: skip

LXP_TITLES = {
    "CAT-1030": "Datenschutz: das Wesentliche",
    "CAT-1070": "Giving Feedback (2nd edition)",
    "CAT-1080": "Spreadsheets voor analisten",
    "CAT-1100": "Reading Data Critically",
    "CAT-1130": "Projekte in kleinen Schritten",
    "CAT-1180": "Working with A.I. assistants",
}
"""Titles under which the LXP sells the same content: another spelling, another language, another edition."""

WITHOUT_CODE = frozenset({("CAT-1180", LRS)})
"""Offerings whose maker forgot the catalogue code: only the title hints that it is the same course."""


@dataclass(frozen=True)
class Offering:
    """One course in one tool. ``activity_id`` is what that tool calls it; ``year`` only where it returns yearly."""

    course: Course
    tool: str
    activity_id: str
    slug: str
    title: str
    catalogue_code: str
    year: int | None = None
    platform: str = ""

    @property
    def is_assigned(self) -> bool:
        """Somebody else decides that it is taken, and by when."""
        return self.course.is_yearly or self.course.audience == "joiners"

    @property
    def modules(self) -> int:
        """Parts that are viewed one by one: about one per twenty minutes, at least three."""
        return max(3, min(8, round(self.course.minutes / 20)))


def catalogue(period: Period, plans: Mapping[str, ProgrammePlan] | None = None) -> tuple[Offering, ...]:
    """Every offering of the period; a yearly course is another offering each year, as it is in Moodle."""
    offerings: list[Offering] = []
    for course in (*COURSES, *_programme_courses(plans or {})):
        for tool in course.tools:
            years: list[int | None] = list(period.years) if course.is_yearly else [None]
            offerings += [_offering(course, tool, year, len(offerings) + i) for i, year in enumerate(years)]
    return tuple(offerings)


def _programme_courses(plans: Mapping[str, ProgrammePlan]) -> Iterable[Course]:
    """A programme is a day in the classroom and e-learning after it, by turns in Moodle and in a player of the LRS."""
    for place, (programme, plan) in enumerate(plans.items()):
        yield Course(
            plan.course_code, programme.replace("_", "-"), plan.title, 180, 1.0, 0.93,
            ((MOODLE, LRS)[place % 2], CLASSROOM), 55, 78, "programme", programme=programme,
            provider=("Meridian Academy", "Kompas Coaching", "Delta Trainers")[place % 3],
            price=(0.0, 240.0, 390.0)[place % 3],
        )  # fmt: skip


def _offering(course: Course, tool: str, year: int | None, ordinal: int) -> Offering:
    slug = f"{course.slug}-{year}" if year else course.slug
    title = f"{course.title} {year}" if year else course.title
    code = "" if (course.code, tool) in WITHOUT_CODE else course.code
    if tool == MOODLE:
        return Offering(course, tool, str(101 + 3 * ordinal), slug, title, code, year)
    if tool == LXP:
        # The LXP has a catalogue of its own: no code of the organisation, and often another title.
        return Offering(course, tool, str(4_120_331 + 217 * ordinal), slug, LXP_TITLES.get(course.code, title), "")
    if tool == CLASSROOM:
        return Offering(course, tool, f"{course.code}-C", slug, title, code, year)
    activity_id = f"{ACADEMY}/activities/{slug}"
    return Offering(course, tool, activity_id, slug, title, code, year, PLATFORMS[ordinal % len(PLATFORMS)])
