"""``throughline identity``: decide what no rule can: whether two who look alike are one human being.

review              who may be one person, with the evidence on each side
decide NUMBER WHAT  the answer to a proposal of the review: same, different or concurrent
crosswalk FILE      former and present employee numbers, where HR gave everybody a new one
split TOKEN         take an account away from the person whom the rules give it to
shared              accounts that several people use, and by what that shows
declare TOKEN WHAT  say of an account that it is shared, or personal although it looks shared
person KEY          every identifier that is taken for one person, by which rule, on which days

What these show is in clear: they read the vault, and are for whoever may. Decisions are kept in
``restricted/identity_decisions.yml`` and hold from the next run on, whatever is replayed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from connectors.errors import SettingsError
from connectors.home import Home
from pipelines.home_option import HomeOption, home_at
from pipelines.reviews import BecauseOption, ByOption, console, numbered, say_written, table_of

if TYPE_CHECKING:
    import pandas as pd

    from identity.proposals import Proposal

app = typer.Typer(help="Identity: decide who is who where no rule can.", no_args_is_help=True, rich_markup_mode=None)


class Answer(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    CONCURRENT = "concurrent"


class Kind(StrEnum):
    RETURNED = "returned"
    NUMBERED_TWICE = "numbered_twice"
    KNOWN_BY_NAME = "known_by_name"
    CONTRADICTED = "contradicted"


OF_NUMBERS = (Kind.RETURNED, Kind.NUMBERED_TWICE)
"""Kinds that a change of employee numbers makes as many of as there are people."""


class Use(StrEnum):
    SHARED = "shared"
    PERSONAL = "personal"


@app.command()
def review(
    kind: Annotated[Kind | None, typer.Option("--kind", help="Proposals of this kind only.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Proposals to show, the likeliest first.")] = 20,
    everything: Annotated[
        bool, typer.Option("--all", help="Also what waits behind the queue of one question per hundred people.")
    ] = False,
    to: Annotated[Path | None, typer.Option("--to", help="Write all of them to a CSV file instead.")] = None,
    home: HomeOption = None,
) -> None:
    """Show who may be one person although no rule says so, with the evidence on each side."""
    opened = home_at(home)
    every = _waiting(opened)
    asked = every if everything else _queue(opened, every)
    waiting = [proposal for proposal in asked if kind is None or kind.value == proposal.kind]
    if to is not None:
        _write(to, waiting)
        console.print(f"{len(waiting):,} proposals are in {to}. They name persons in clear: keep the file accordingly.")
        return
    if not waiting:
        console.print("Nothing waits for a decision.")
        return
    console.print(table_of(waiting[:limit]))
    behind = f" ({len(every) - len(asked):,} more behind them: --all)" if len(every) > len(asked) else ""
    console.print(f"{len(waiting):,} proposals wait{behind}.")
    console.print("Next: throughline identity decide NUMBER same --by … --because …")
    if len(every) > len(asked) and sum(proposal.kind in OF_NUMBERS for proposal in every) > len(every) / 2:
        console.print("Did HR change its numbers? Answer for everybody at once: throughline identity crosswalk FILE …")


@app.command()
def decide(
    number: Annotated[str, typer.Argument(help="The proposal, as the review numbers it.")],
    answer: Annotated[
        Answer, typer.Argument(help="same: one human being; different: two; concurrent: one who holds two numbers.")
    ],
    by: ByOption,
    because: BecauseOption,
    home: HomeOption = None,
) -> None:
    """Answer a proposal of the review."""
    opened = home_at(home)
    for pair in numbered(_waiting(opened), number, "throughline identity review").pairs:
        _decided(opened, answer.value, pair, by, because)


@app.command()
def crosswalk(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="Two columns: the former number and the present one.")
    ],
    by: ByOption,
    because: BecauseOption,
    former: Annotated[
        str, typer.Option("--former", help="What the first column holds: an identifier type, as `person` shows it.")
    ] = "employee_number",
    present: Annotated[str, typer.Option("--present", help="What the second column holds.")] = "employee_number",
    concurrent: Annotated[
        bool, typer.Option("--concurrent", help="One system of HR holds both numbers of a person at one time.")
    ] = False,
    even_unlike: Annotated[
        bool, typer.Option("--even-unlike", help="Believe rows that HR's names and birth dates speak against, too.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Say of everybody at once which two employee numbers are one human being's; all rows are written, or none."""
    from pipelines.crosswalks import cross
    from pipelines.identities import decisions_file

    opened = home_at(home)
    answer = Answer.CONCURRENT if concurrent else Answer.SAME
    crossed = cross(opened, file, (former, present), answer.value, by, because, even_unlike=even_unlike)
    known = f", {crossed.known:,} were decided before" if crossed.known else ""
    console.print(f"{crossed.written:,} pairs are decided{known}.")
    for column, count in crossed.untold.items():
        console.print(
            f"HR told {count:,} of the numbers in {column} in no list so far; their rows hold from when it does. Zeros "
            "in front count."
        )
    say_written(decisions_file(opened))


@app.command()
def split(
    token: Annotated[str, typer.Argument(help="The account's token, as `throughline identity person` shows it.")],
    by: ByOption,
    because: BecauseOption,
    home: HomeOption = None,
) -> None:
    """Take an account away from the person whom the rules give it to; it becomes a person of its own."""
    opened = home_at(home)
    _decided(opened, "split", (_token(opened, token),), by, because)


@app.command()
def shared(home: HomeOption = None) -> None:
    """Show the accounts that are kept from being anybody's because several people use them, and why."""
    opened = home_at(home)
    links = _links(opened)
    held = links[links["state"] == "shared"]
    if held.empty:
        console.print("No account is quarantined.")
        return
    values = _identifiers(opened, held["token"].tolist())
    table = Table("token", "identifier", "by")
    for row in held.itertuples():
        table.add_row(str(row.token), values.get(str(row.token), ""), str(row.rule))
    console.print(table)
    console.print("Next: throughline identity declare TOKEN personal --by … --because …, where it is one person's.")


@app.command()
def declare(
    token: Annotated[str, typer.Argument(help="The account's token, as `shared` or `person` show it.")],
    use: Annotated[Use, typer.Argument(help="shared: nobody's; personal: whose the rules say.")],
    by: ByOption,
    because: BecauseOption,
    home: HomeOption = None,
) -> None:
    """Say of an account that several people use it, or that one does although it looks shared."""
    opened = home_at(home)
    _decided(opened, use.value, (_token(opened, token),), by, because)


@app.command()
def person(
    key: Annotated[int, typer.Argument(help="The person_key.")],
    home: HomeOption = None,
) -> None:
    """Show every identifier that is taken for one person, by which rule and on which days."""
    opened = home_at(home)
    links = _links(opened)
    own = links[links["person_key"] == key]
    if own.empty:
        raise SettingsError(f"Nobody has the key {key}. Keys stand in marts.dim_person.")
    values = _identifiers(opened, own["token"].tolist())
    table = Table("token", "identifier", "rule", "confidence", "from", "until")
    for row in own.itertuples():
        days = [str(day) if day is not None else "" for day in (row.valid_from, row.valid_to)]
        table.add_row(str(row.token), values.get(str(row.token), ""), str(row.rule), f"{row.confidence:.2f}", *days)
    console.print(table)


def _waiting(home: Home) -> list[Proposal]:
    from identity.proposals import proposals
    from identity.vault import Vault
    from pipelines.identities import decisions

    known = _links(home)
    return proposals(home.landed("people"), home.landed("accounts"), known, Vault(home.vault), decisions(home))


def _queue(home: Home, waiting: list[Proposal]) -> list[Proposal]:
    from identity.proposals import queue

    links = _links(home)
    return queue(waiting, links.loc[links["rule"].str.startswith("hr_record"), "person_key"].nunique())


def _token(home: Home, beginning: str) -> str:
    """The one token that begins so. Raises SettingsError where none or several do."""
    links = _links(home)
    known = sorted(links.loc[links["token"].str.startswith(beginning), "token"].unique())
    if len(known) != 1:
        raise SettingsError(f"{len(known)} tokens begin with {beginning}. Name one: throughline identity person KEY")
    return str(known[0])


def _links(home: Home) -> pd.DataFrame:
    import pyarrow.parquet as pq

    path = home.landed("identity_links") / "links.parquet"
    if not path.exists():
        raise SettingsError("Identities were not resolved yet. Next: throughline run")
    return pq.read_table(path).to_pandas()


def _identifiers(home: Home, tokens: list[str]) -> dict[str, str]:
    import duckdb

    files = home.vault / "identifiers"
    if not any(files.glob("*/*.parquet")):
        return {}
    found = duckdb.execute(
        f"select token, any_value(identifier_type || ' ' || value) from read_parquet('{files}/*/*.parquet') "
        "where token in (select unnest(?)) group by token",
        [tokens],
    ).fetchall()
    return dict(found)


def _decided(home: Home, decision: str, tokens: tuple[str, ...], by: str, because: str) -> None:
    from identity.decisions import Decision, add_decisions
    from pipelines.identities import decisions_file

    path = decisions_file(home)
    add_decisions(path, [Decision(decision, tokens, by, datetime.now(UTC).date(), because)])
    say_written(path)


def _write(to: Path, waiting: list[Proposal]) -> None:
    import csv

    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "kind", "alike", "one", "the_other"])
        writer.writerows([p.number, p.kind, f"{p.similarity:.3f}", *p.told] for p in waiting)
    to.chmod(0o600)
