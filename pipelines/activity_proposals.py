"""Which offerings may be one activity although no code says so: proposed with evidence; a person decides, or nobody.

    published bridge_activity_tool ─→ titles, folded ─→ much alike ─→ proposals ─→ `throughline activity decide`

same_title      the same words in any order
another_year    the same words but for a year: the next run of a course, or a new version of it
similar_title   much the same words

Titles are compared without case, accents and punctuation, by their words in any order (rapidfuzz's token sort ratio).
Numbers and levels tell courses apart ("Spreadsheets 1", "Spreadsheets 2"), so titles that differ in one are no
proposal however alike. Only what one enrols in is proposed; pages and questions follow their course.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
from rapidfuzz import fuzz, process

from pipelines.activity_decisions import ActivityDecision, Offering, standing

LIKELY = 0.85
"""Similarity from which two titles may name one activity: a word more, another ending, a slip of the pen."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_TELLING = re.compile(r"\d+|\b(?:i{1,3}|iv|vi{0,3}|ix|x)\b")
"""Numbers and Roman numerals of a title without its years: of two courses of one series they are all the difference."""
_ROWS_AT_ONCE = 1_000
"""Titles that are compared with all others at a time, so that a large catalogue needs little memory."""


@dataclass(frozen=True)
class Titled:
    """One canonical activity, by the offering that stands for it here, and what a person may want to know of it."""

    offering: Offering
    activity_key: str
    title: str
    told: str
    learners: int


@dataclass(frozen=True)
class Proposal:
    """Two activities that may be one; ``similarity`` of their titles is 0 to 1."""

    kind: str
    offerings: tuple[Offering, Offering]
    similarity: float
    told: tuple[str, str]
    learners: int

    @property
    def number(self) -> str:
        """A short name of the proposal: the same each time."""
        return hashlib.sha256("|".join(sorted(map(str, self.offerings))).encode()).hexdigest()[:8]


def proposals(published: duckdb.DuckDBPyConnection, decisions: Iterable[ActivityDecision]) -> list[Proposal]:
    """What waits for a decision, the most alike first, and of these the most learned; what was decided is left out."""
    known = published.execute("select tool, activity_id, activity_key from marts.bridge_activity_tool").fetchall()
    key_of = {Offering(tool, activity_id): key for tool, activity_id, key in known}
    decided = {frozenset(key_of.get(each, str(each)) for each in decision.pair) for decision in standing(decisions)}
    split = {each.offerings[0] for each in standing(decisions) if each.decision == "split"}
    found = [
        proposal
        for one, other, similarity in _alike(_titled(published))
        if frozenset({one.activity_key, other.activity_key}) not in decided
        and not {one.offering, other.offering} & split
        for proposal in [_proposal(one, other, similarity)]
    ]
    return sorted(found, key=lambda proposal: (-proposal.similarity, -proposal.learners, proposal.number))


def _proposal(one: Titled, other: Titled, similarity: float) -> Proposal:
    folded = folded_title(one.title), folded_title(other.title)
    if folded[0] == folded[1]:
        kind = "same_title"
    else:
        kind = "another_year" if _without_year(folded[0]) == _without_year(folded[1]) else "similar_title"
    learners = min(one.learners, other.learners)
    return Proposal(kind, (one.offering, other.offering), similarity, (one.told, other.told), learners)


_TITLED = """
with learners as (
    select activity_key, count(distinct person_key) as learners from marts.fct_enrolment group by activity_key
)
select
    arg_min(tool, (not is_catalogued, tool, activity_id)) as tool,
    arg_min(activity_id, (not is_catalogued, tool, activity_id)) as activity_id,
    activity_key,
    arg_min(title, (not is_catalogued, tool, activity_id)) as title,
    string_agg(distinct tool, ', ' order by tool) || coalesce(', ' || max(catalogue_code), '')
        || coalesce(', ' || max(provider), '') || coalesce(', ' || max(language), '') as told,
    coalesce(any_value(learners), 0) as learners
from marts.bridge_activity_tool left join learners using (activity_key)
where title is not null
group by activity_key
having bool_or(is_enrollable)
order by activity_key
"""


def _titled(published: duckdb.DuckDBPyConnection) -> list[Titled]:
    return [
        Titled(Offering(tool, activity_id), key, title, f"{title} ({told}, {learners} learners)", learners)
        for tool, activity_id, key, title, told, learners in published.execute(_TITLED).fetchall()
    ]


def _alike(titled: list[Titled]) -> Iterator[tuple[Titled, Titled, float]]:
    """Pairs of activities whose titles are much alike, each pair once."""
    words = [folded_title(each.title) for each in titled]
    for start in range(0, len(words), _ROWS_AT_ONCE):
        rows = words[start : start + _ROWS_AT_ONCE]
        scores = process.cdist(
            rows, words, scorer=fuzz.token_sort_ratio, score_cutoff=LIKELY * 100, dtype=np.float32, workers=1
        )
        for row, column in zip(*np.nonzero(scores), strict=True):
            one, other = start + int(row), int(column)
            if one < other and _telling(words[one]) == _telling(words[other]):
                yield titled[one], titled[other], round(float(scores[row, column]) / 100, 3)


def folded_title(title: str) -> str:
    """A title's words in lower case, without accents and punctuation, sorted."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", title) if not unicodedata.combining(each))
    return " ".join(sorted(re.findall(r"\w+", bare.casefold())))


def _without_year(folded: str) -> str:
    return " ".join(_YEAR.sub("", folded).split())


def _telling(folded: str) -> list[str]:
    return sorted(_TELLING.findall(_YEAR.sub("", folded)))
