"""Columns that are things themselves: questions of a survey, tests, dates of milestones, KPIs.

Such a table says in its header what another one says in a column, and each of its rows holds several records.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.drafting.matching import Match, Table
from connectors.drafting.names import likeness, words
from connectors.drafting.profiles import Profile
from connectors.drafting.vocabulary import vocabulary

_CODE = re.compile(r"(?P<stem>[A-Za-z][A-Za-z _.-]*?)[ _.-]?(?P<number>\d{1,3})(?P<part>[ _.]\w{1,3})?")
"""The name of one column of a series: Q1, TSC12, Q3_2, Quiz 1."""
_NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]+( (van|von|de|den|der|di|da|la|le|du|ten|ter))* [A-ZÀ-Þ][\w'’-]+")
_MOST_POINTS = 11
_SENTENCE = 5
"""Words from which on a name is a sentence."""
_MILESTONE = 0.7


@dataclass(frozen=True)
class Wide:
    """Columns of a kind's items, and how sure it is that they are: about 1 where it is plain."""

    items: tuple[Profile, ...]
    score: float
    reason: str


def wide(table: Table, kind: str, matches: dict[str, list[Match]]) -> Wide | None:
    """The columns that are items, for a kind that may be told in wide tables; None where there are too few."""
    finders = {
        "survey_responses": _questions,
        "assessments": _tests,
        "enrolments": _milestones,
        "kpi_values": _kpis,
    }
    return finders[kind](table, matches) if kind in finders else None


def _free(table: Table, but: Sequence[Profile] = ()) -> list[Profile]:
    """Columns that say nothing of a person and hold no dates."""
    taken = {profile.position for profile in but}
    return [
        profile
        for profile in table.profiles
        if table.personal[profile.position] is None and profile.position not in taken and profile.date_share < 0.5
    ]


def _matched(matches: dict[str, list[Match]], columns: Sequence[str]) -> list[Profile]:
    return [match.profile for column in columns for match in matches.get(column, ())]


def _questions(table: Table, matches: dict[str, list[Match]]) -> Wide | None:
    """Answers on a scale, in words or points, and other closed answers to what reads like a question."""
    named = _matched(matches, ("response_id", "survey_id", "activity_id"))
    candidates = [profile for profile in _free(table, named) if not _is_graded(profile)]
    series = _series(candidates)
    in_words = [profile for profile in candidates if _is_agreement(profile)]
    asked = [p for p in candidates if (p.is_closed or not p.filled) and (_is_question(p) or p.position in series)]
    points = [profile for profile in candidates if _is_rating(profile)]
    if len(in_words) + len(asked) < 3 and len(points) < max(3, 0.5 * len(table.profiles)):
        return None
    # Beside a scale in words, any closed answer is one; but a few texts may also be the names of a few persons.
    closed = [p for p in candidates if in_words and p.is_closed and not _are_names(p)]
    items = tuple(sorted({p.position: p for p in (*in_words, *asked, *points, *closed)}.values(), key=_position))
    strong = len(in_words) + len(asked) + 0.4 * len(points)
    return Wide(items, min(2.2, 0.6 + 0.15 * strong), f"{len(items)} columns hold closed answers or ratings")


def _is_agreement(profile: Profile) -> bool:
    known = sum(count for value, count in profile.values.items() if words(value) in vocabulary().agreement)
    return known > 0.5 * sum(profile.values.values()) > 0


def _are_names(profile: Profile) -> bool:
    """Whether most values look like *Ada Byron* or *Zoë de Vries*."""
    return sum(map(bool, map(_NAME.fullmatch, profile.values))) > 0.5 * len(profile.values)


def _is_question(profile: Profile) -> bool:
    return profile.name.text.strip().endswith("?") or len(profile.name.words.split()) >= _SENTENCE


def _is_rating(profile: Profile) -> bool:
    if not profile.filled or profile.share("whole") < 1 or profile.distinct > _MOST_POINTS:
        return False
    numbers = [int(value) for value in profile.values if re.fullmatch(r"[-+]?\d+", value)]
    return bool(numbers) and 0 <= min(numbers) <= max(numbers) <= 10


def _series(profiles: Sequence[Profile]) -> set[int]:
    """Positions of columns whose names differ in a number only, three or more of a kind."""
    stems: dict[str, list[int]] = {}
    for profile in profiles:
        if found := _CODE.fullmatch(profile.name.text.strip()):
            stems.setdefault(found["stem"], []).append(profile.position)
    return {position for positions in stems.values() if len(positions) >= 3 for position in positions}


def _tests(table: Table, matches: dict[str, list[Match]]) -> Wide | None:
    """Columns of points that are called after tests."""
    named = matches.get("instrument_id")
    if "person_token" not in matches or (named and not named[0].profile.is_number):
        return None
    items = tuple(profile for profile in _free(table) if profile.number_share > 0.9 and _is_graded(profile))
    if len(items) < 2:
        return None
    return Wide(items, min(1.6, 0.7 + 0.15 * len(items)), f"{len(items)} columns hold the points of tests")


def _is_graded(profile: Profile) -> bool:
    return not vocabulary().graded.isdisjoint(re.findall(r"[^\W\d_]+", profile.name.words))


def _milestones(table: Table, _: dict[str, list[Match]]) -> Wide | None:
    """Dates that are milestones of the enrolment that a row tells."""
    items = tuple(profile for profile in table.profiles if milestone_of(profile) and profile.date_share > 0.9)
    if len({milestone_of(profile) for profile in items}) < 2:
        return None
    return Wide(items, 1.2, f"{len(items)} columns are dates of milestones")


def milestone_of(profile: Profile) -> str | None:
    """The milestone that a column of dates is named for."""
    found = {m: likeness(profile.name, names) for m, names in vocabulary().milestone_dates.items()}
    best = max(found, key=lambda milestone: found[milestone])
    return best if found[best] >= _MILESTONE else None


def _kpis(table: Table, matches: dict[str, list[Match]]) -> Wide | None:
    """Numbers of a team in a period."""
    if "period_start" not in matches or "kpi_id" in matches or any(p and p.identifier for p in table.personal):
        return None
    named = _matched(matches, ("period_start", "period_end", "org_unit_id"))
    items = tuple(profile for profile in _free(table, named) if profile.is_number)
    if not items or "org_unit_id" not in matches:
        return None
    return Wide(items, min(1.5, 0.6 + 0.1 * len(items)), f"{len(items)} columns hold numbers of a team in a period")


def _position(profile: Profile) -> int:
    return profile.position


def patterns(items: Sequence[Profile]) -> list[str]:
    """Regular expressions for the headers of the items: one for a series of names, one for every other name."""
    found: dict[str, None] = {}
    in_series = _series(items)
    for profile in items:
        name = profile.name.text.strip()
        code = _CODE.fullmatch(name) if profile.position in in_series else None
        if code is None:
            found[literally(name)] = None
            continue
        between = literally(name[len(code["stem"]) : code.start("number")])
        found[literally(code["stem"]) + between + r"\d+" + (r"[ _.]\w+" if code["part"] else "")] = None
    return list(found)


def literally(text: str) -> str:
    """A regular expression for a text, escaped no more than it takes."""
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)
