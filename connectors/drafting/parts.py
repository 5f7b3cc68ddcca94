"""The parts of a drafted declaration: which columns it declares, how kinds are made of them, what is asked and why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.declaration import GIVEN
from connectors.drafting.edges import NotRecords
from connectors.drafting.kinds import Candidate
from connectors.drafting.matching import SAME_AS, Match, Table, value_map
from connectors.drafting.profiles import Profile
from connectors.drafting.values import Marks, written
from connectors.drafting.wide import milestone_of, patterns
from connectors.reading.headers import comparable
from connectors.records import RecordKind

_NAMES_OF_OURS = ("source_line", "extras", "problem", "problem_text", "item", "cell", "occurrence", "file_date")
_OPEN = ("requested", "approved", "confirmed", "waitlisted", "assigned", "started")
"""Milestones that are followed by others."""
_SENTENCE = 40
"""Letters from which on the name of a question is its text."""


@dataclass(frozen=True)
class Parts:
    """What a draft declares: ``columns`` (name → header), ``items`` (patterns), ``values`` (column → value).

    ``not_records`` are conditions on rows that are none, ``ragged`` counts rows with more or fewer cells than the
    header, and ``is_all_items`` says that also the columns are items. ``questions`` are for whoever knows the tool;
    ``not_read`` says of every other column why it isn't read.
    """

    columns: Mapping[str, dict[str, Any]]
    items: Sequence[str]
    values: Mapping[str, dict[str, Any]]
    questions: Sequence[str]
    not_read: Mapping[str, str]
    not_records: Sequence[dict[str, Any]]
    ragged: int
    is_all_items: bool


def parts(
    table: Table, candidate: Candidate, marks: Marks, tool: str, edges: NotRecords, ragged: frozenset[int]
) -> Parts:
    """Everything that the draft of one kind declares."""
    names = _names(table.profiles)
    values: dict[str, dict[str, Any]] = {}
    questions: list[str] = []
    for column, value, asked in _values(candidate, names, marks, tool):
        values[column] = value
        questions += [question for question in asked if question not in questions]
    of_kind = {match.profile.position for matches in candidate.matches.values() for match in matches}
    used = of_kind | edges.beginnings.keys()
    needed = _needed(candidate) & used
    columns = {
        names[position]: _header(table.profiles, position) | ({} if position in needed else {"optional": True})
        for position in sorted(used)
    }
    items = patterns(candidate.wide.items) if candidate.wide else []
    is_all_items = not columns and candidate.wide is not None
    if candidate.wide and is_all_items:
        # Every export is known by a column; an item may be one as well.
        first = candidate.wide.items[0]
        columns = {names[first.position]: _header(table.profiles, first.position)}
    return Parts(
        columns=columns,
        items=items,
        values=values,
        questions=questions,
        not_read=dict(_not_read(table, candidate, used)),
        not_records=edges.conditions(names, list(columns)),
        ragged=len(ragged - edges.lines),
        is_all_items=is_all_items,
    )


# ------------------------------------------------------------------------------------------------------- columns


def _names(profiles: Sequence[Profile]) -> dict[int, str]:
    """A word for every column, by its position: in ASCII, because whoever answers the draft types it."""
    found: dict[int, str] = {}
    for profile in profiles:
        base = "_".join(re.findall(r"[a-z0-9]+", profile.name.words)[:6]) or f"column_{profile.position + 1}"
        base = base if base[0].isalpha() else f"n{base}"
        name, number = base, 1
        while name in found.values() or name in _NAMES_OF_OURS:
            number += 1
            name = f"{base}_{number}"
        found[profile.position] = name
    return found


def _header(profiles: Sequence[Profile], position: int) -> dict[str, Any]:
    """How a column is found: by its name, and by its place where others have the name as well."""
    text = profiles[position].name.text.strip()
    namesakes = [p for p in profiles if comparable(p.name.text) == comparable(text)]
    return {"names": text} | ({"position": position + 1} if len(namesakes) > 1 or not text else {})


def _needed(candidate: Candidate) -> set[int]:
    """Positions of the columns that every such export must have: those of what the kind requires."""
    required = {column.name for column in candidate.kind.required}
    needed = {ms[0].profile.position for name, ms in candidate.matches.items() if name in required}
    needed |= {
        candidate.matches[stand_in.like][0].profile.position
        for stand_in in candidate.stand_ins.values()
        if stand_in.like in candidate.matches
    }
    best = sorted((m for ms in candidate.matches.values() for m in ms), key=lambda match: -match.score)
    return needed or {match.profile.position for match in best[:2]}


# -------------------------------------------------------------------------------------------------------- values


def _values(
    candidate: Candidate, names: Mapping[int, str], marks: Marks, tool: str
) -> Iterator[tuple[str, dict[str, Any], Sequence[str]]]:
    """Column of the kind, its value, and what to ask; in the order of the kind."""
    kind = candidate.kind
    made = {name: _matched(kind, name, ms, names, marks, tool) for name, ms in candidate.matches.items()}
    if kind.name == "enrolments" and {"milestone", "occurred_at"} <= made.keys():
        made["occurred_at"] = _dated_or_open(candidate, names, made["occurred_at"])
    of_items = dict(_of_items(candidate, marks))
    for column in (column.name for column in kind.columns if column.name not in GIVEN):
        instant = SAME_AS.get(column, "")
        if column in of_items:
            yield (column, *of_items[column])
        elif column in made:
            yield (column, *made[column])
        elif instant in of_items or instant in made:
            yield column, (of_items.get(instant) or made[instant])[0], ()
        elif instant in candidate.stand_ins:
            yield column, dict(candidate.stand_ins[instant].value or {}), ()
        elif column in candidate.stand_ins:
            yield (column, *_stand_in(candidate, column, made))


def _matched(
    kind: RecordKind, column: str, matches: Sequence[Match], names: Mapping[int, str], marks: Marks, tool: str
) -> tuple[dict[str, Any], Sequence[str]]:
    """The value of a column that one or, for a person, several columns fill."""
    if matches[0].identifier:
        ways: list[dict[str, Any]] = [
            {"from": names[match.profile.position], "identifier": _identifier(match, names, tool)} for match in matches
        ]
        return (ways[0] if len(ways) == 1 or kind.name == "accounts" else {"first_of": ways}), ()
    made = written(kind.by_name[column], matches[0].profile, names[matches[0].profile.position], marks)
    return made.value, made.questions


def _dated_or_open(
    candidate: Candidate, names: Mapping[int, str], made: tuple[dict[str, Any], Sequence[str]]
) -> tuple[dict[str, Any], Sequence[str]]:
    """The date of an enrolment, and the day of the export for those that are open and have none yet.

    Lists of mandatory training date what is done and leave the rest empty, and the rest is who still has to. Not for
    what is done: told of another day by each export, it would be done again each time.
    """
    dated, status = candidate.matches["occurred_at"][0].profile, candidate.matches["milestone"][0].profile
    told = value_map(candidate.kind.by_name["milestone"], status)
    still_open = [value for value, milestone in told.items() if milestone in _OPEN]
    undated = dated.rows - dated.filled
    if not still_open or not undated:
        return made
    export = {"given": "extracted_at", "when": [{"column": names[status.position], "one_of": still_open}]}
    question = (
        f"'{dated.name.text.strip()}' is empty in {undated} of {dated.rows} rows: "
        "the day of the export stands in where an enrolment is still open."
    )
    return {"first_of": [made[0], export]}, (*made[1], question)


def _identifier(match: Match, names: Mapping[int, str], tool: str) -> str:
    if match.identifier != "own":
        return match.identifier
    name = names[match.profile.position]
    return f"{tool}:{'user_id' if name in ('id', 'user', 'userid') else name}"


def _stand_in(
    candidate: Candidate, column: str, made: Mapping[str, tuple[dict[str, Any], Sequence[str]]]
) -> tuple[dict[str, Any], Sequence[str]]:
    stand_in = candidate.stand_ins[column]
    asked = [f"{column}: {stand_in.question}"] if stand_in.question else []
    value = dict(stand_in.value or made[stand_in.like][0])
    if column == "period_end":
        value["shift"] = "1 month"
    elif column == "is_occurred_at_exact" and "occurred_at" not in candidate.matches:
        value = {"constant": "false"}
    elif column == "identifier_type":
        value = {"constant": made["account_token"][0]["identifier"]}
    return value, asked


def _of_items(candidate: Candidate, marks: Marks) -> Iterator[tuple[str, tuple[dict[str, Any], Sequence[str]]]]:
    """The columns that the items of a wide table fill."""
    if candidate.wide is None or candidate.of_items is None:
        return
    items = candidate.wide.items
    what, cell = candidate.of_items
    yield what, ({"from": "item"}, ())
    if candidate.kind.name == "enrolments":
        headers = {profile.name.text.strip(): milestone_of(profile) for profile in items}
        yield what, ({"from": "item", "map": headers}, ())
    if candidate.kind.name == "survey_responses":
        if any(len(profile.name.text) >= _SENTENCE for profile in items):
            yield "item_text", ({"from": "item"}, ())
        yield "answer_number", ({"from": "cell", "otherwise": "empty"}, ())
        yield cell, ({"from": "cell"}, ())
        return
    ways = [written(candidate.kind.by_name[cell], profile, "cell", marks) for profile in items]
    yield cell, (_merged([way.value for way in ways]), [asked for way in ways for asked in way.questions])


def _merged(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One value that reads all the cells: the formats of all of them, and what any of them needs besides."""
    merged: dict[str, Any] = {}
    for value in values:
        formats = [*merged.get("formats", ()), *value.get("formats", ())]
        merged |= value
        if formats:
            merged["formats"] = list(dict.fromkeys(formats))
    return merged


# ------------------------------------------------------------------------------------------------------ not read


def _not_read(table: Table, candidate: Candidate, used: set[int]) -> Iterator[tuple[str, str]]:
    """Columns that the draft leaves out, with the reason."""
    items = {profile.position for profile in candidate.wide.items} if candidate.wide else set()
    for profile in table.profiles:
        if profile.position in used | items:
            continue
        told = table.personal[profile.position]
        name = profile.name.text.strip() or f"column {profile.position + 1}, which has no name"
        if told is not None and told.identifier:
            yield name, "it says who somebody is, and another column says so already"
        elif told is not None:
            yield name, f"it describes a person, and {candidate.kind.name} keep no such thing"
        elif not profile.filled:
            yield name, "it is empty"
        else:
            yield name, f"no column of {candidate.kind.name} fits"
