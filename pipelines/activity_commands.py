"""``throughline activity``: decide which offerings are one activity where no code says so.

review                  which activities may be one, with the evidence on each side
decide NUMBER WHAT      the answer to a proposal of the review: same or different
split TOOL ACTIVITY_ID  take an offering out of the activity that its code or IRI puts it in

Decisions are kept in ``decisions/activities.yml`` of the home and hold from the next run on, whatever is replayed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.home_option import HomeOption, home_at
from pipelines.reviews import BecauseOption, ByOption, console, numbered, say_written, table_of

if TYPE_CHECKING:
    import duckdb

    from pipelines.activity_decisions import Offering
    from pipelines.activity_proposals import Proposal

app = typer.Typer(
    help="Activities: decide which offerings are one, where no code says so.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


class Answer(StrEnum):
    SAME = "same"
    DIFFERENT = "different"


class Kind(StrEnum):
    SAME_TITLE = "same_title"
    ANOTHER_YEAR = "another_year"
    SIMILAR_TITLE = "similar_title"


@app.command()
def review(
    kind: Annotated[Kind | None, typer.Option("--kind", help="Proposals of this kind only.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Proposals to show, the most alike first.")] = 20,
    to: Annotated[Path | None, typer.Option("--to", help="Write all of them to a CSV file instead.")] = None,
    home: HomeOption = None,
) -> None:
    """Show which activities may be one although no code says so."""
    waiting = [proposal for proposal in _waiting(home_at(home)) if kind is None or kind.value == proposal.kind]
    if to is not None:
        _write(to, waiting)
        console.print(f"{len(waiting):,} proposals are in {to}.")
        return
    if not waiting:
        console.print("Nothing waits for a decision.")
        return
    console.print(table_of(waiting[:limit]))
    console.print(f"{len(waiting):,} proposals wait. Next: throughline activity decide NUMBER same --by … --because …")


@app.command()
def decide(
    number: Annotated[str, typer.Argument(help="The proposal, as the review numbers it.")],
    answer: Annotated[Answer, typer.Argument(help="same: one activity; different: two, and not proposed again.")],
    by: ByOption,
    because: BecauseOption,
    home: HomeOption = None,
) -> None:
    """Answer a proposal of the review."""
    opened = home_at(home)
    found = numbered(_waiting(opened), number, "throughline activity review")
    _decided(opened, answer.value, found.offerings, by, because)


@app.command()
def split(
    tool: Annotated[str, typer.Argument(help="The tool.")],
    activity_id: Annotated[str, typer.Argument(help="The activity, as `marts.bridge_activity_tool` names it.")],
    by: ByOption,
    because: BecauseOption,
    home: HomeOption = None,
) -> None:
    """Take an offering out of the activity that its code or IRI puts it in; it becomes one of its own."""
    from pipelines.activity_decisions import Offering

    opened = home_at(home)
    with _published(opened) as connection:
        known = connection.execute(
            "select 1 from marts.bridge_activity_tool where tool = ? and activity_id = ?", [tool, activity_id]
        ).fetchone()
    if known is None:
        raise SettingsError(f"{tool} offers no {activity_id}. Offerings stand in marts.bridge_activity_tool.")
    _decided(opened, "split", (Offering(tool, activity_id),), by, because)


def _published(home: Home) -> duckdb.DuckDBPyConnection:
    import duckdb

    if not home.published_database.exists():
        raise SettingsError("Nothing was published yet. Next: throughline run")
    return duckdb.connect(str(home.published_database.resolve()), read_only=True)


def _waiting(home: Home) -> list[Proposal]:
    from pipelines.activity_decisions import decisions_file, read_decisions
    from pipelines.activity_proposals import proposals

    with _published(home) as connection:
        return proposals(connection, read_decisions(decisions_file(home)))


def _decided(home: Home, decision: str, offerings: tuple[Offering, ...], by: str, because: str) -> None:
    from pipelines.activity_decisions import ActivityDecision, add_decision, decisions_file

    path = decisions_file(home)
    add_decision(path, ActivityDecision(decision, offerings, by, datetime.now(UTC).date(), because))
    say_written(path)


def _write(to: Path, waiting: list[Proposal]) -> None:
    import csv

    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "kind", "alike", "one", "the_other", "learners_of_the_smaller"])
        writer.writerows([p.number, p.kind, f"{p.similarity:.3f}", *p.told, p.learners] for p in waiting)
