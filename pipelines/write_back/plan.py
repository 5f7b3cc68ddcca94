"""What an LRS is to learn from a published version: its facts, minus what the ledger says is there.

    a fact, in the ledger          nothing
    a fact, not in the ledger      a statement
    in the ledger, no fact (more)  a void: the completion was taken back, or merged with another

Planning sends nothing and asks nobody.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import duckdb

from connectors.errors import SettingsError
from connectors.home import Home
from identity.tokens import Tokeniser
from pipelines.publishing import published_version
from pipelines.settings import writing
from pipelines.warehouse import current_build
from pipelines.write_back.actors import Pseudonyms, actors
from pipelines.write_back.ledger import Noted
from pipelines.write_back.results import RESULTS, Fact, Result, facts
from pipelines.write_back.settings import WriteBack
from pipelines.write_back.statements import Statement, Writer

_AT_ONCE = 10_000
_MOST_NEW = 50_000
"""Statements that one run sends at most (some 80 MB of them): the first run of a large home takes several."""
_UNKNOWN_PERSON = -1


@dataclass
class Plan:
    """``left_out``: (result, why) → facts that are not sent. ``there``: what the ledger holds and stays."""

    published_version: str
    new: list[Statement] = field(default_factory=list)
    voids: list[Statement] = field(default_factory=list)
    there: Counter[str] = field(default_factory=Counter)
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def is_empty(self) -> bool:
        return not self.new and not self.voids


def planned(home: Home, settings: WriteBack, tokeniser: Tokeniser, noted: Noted) -> Plan:
    """What is to be sent from the version that readers see now. Raises SettingsError where nothing is published."""
    with _published(home) as (version, connection):
        plan = Plan(version)
        planner = _Planner(home, settings, tokeniser, noted, plan)
        for name in settings.what:
            planner.add(RESULTS[name], facts(connection, RESULTS[name], settings.tools))
    return plan


class _Planner:
    def __init__(self, home: Home, settings: WriteBack, tokeniser: Tokeniser, noted: Noted, plan: Plan) -> None:
        self._settings = settings
        self._noted = noted
        self._plan = plan
        self._pseudonyms = Pseudonyms(tokeniser, settings.home_page)
        self._actors = actors(home, settings)
        self._writer = Writer(settings)

    def add(self, result: Result, found: Iterator[Fact]) -> None:
        """Plan everything about one result."""
        true: set[str] = set()
        while some := list(islice(found, _AT_ONCE)):
            for fact, pseudonym in zip(some, self._pseudonyms.of([fact.person_key for fact in some]), strict=True):
                if fact.person_key == _UNKNOWN_PERSON:
                    self._leave_out(result, "nobody knows who it was")
                    continue
                statement_id = self._writer.statement_id(fact, result, pseudonym, self._noted.voided)
                if statement_id not in true:
                    true.add(statement_id)
                    self._add_fact(statement_id, fact, result, pseudonym)
        untrue = [one for one, of in self._noted.result_of.items() if of == result.name and one not in true]
        self._plan.voids += [self._writer.of_void(statement_id, result) for statement_id in untrue]

    def _add_fact(self, statement_id: str, fact: Fact, result: Result, pseudonym: str) -> None:
        if statement_id in self._noted.settled:
            self._plan.there[result.name] += 1
        elif not fact.is_selected:
            self._leave_out(result, "not of a tool that is written back")
        elif fact.day < self._settings.since:
            self._leave_out(result, f"before {self._settings.since}")
        elif len(self._plan.new) >= _MOST_NEW:
            self._leave_out(result, "for the next run, this one has enough")
        elif (actor := self._actors.agent(fact.person_key, pseudonym)) is None:
            self._leave_out(result, f"no {self._settings.identity} of the person in the vault")
        else:
            self._add_statement(self._writer.of_fact(statement_id, fact, result, actor), result)

    def _add_statement(self, statement: Statement, result: Result) -> None:
        """Our own validator has the last word: what it would reject from others is not sent to others."""
        if violation := statement.broken(self._settings.version):
            self._leave_out(result, f"no valid statement: {violation.rule} at {violation.pointer}")
        else:
            self._plan.new.append(statement)

    def _leave_out(self, result: Result, why: str) -> None:
        self._plan.left_out[result.name, why] += 1


@contextmanager
def _published(home: Home) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    """The version that readers see, and the warehouse that it was made from.

    Raises SettingsError where the warehouse holds another build by now, or is being written.
    """
    version = published_version(home)
    if version is None or not home.published_database.exists():
        raise SettingsError(
            f"{home.root} has published nothing yet, and nothing else is written back. Run: throughline run"
        )
    with writing(home), duckdb.connect(os.fspath(home.database), read_only=True) as connection:
        if not _is_of(connection, version):
            raise SettingsError(
                f"The warehouse of {home.root} holds a build that was not published, and nothing else is written back. "
                "Next: see why it was withheld (`throughline status`), mend that, and run again."
            )
        yield version, connection


def _is_of(connection: duckdb.DuckDBPyConnection, version: str) -> bool:
    """Whether the warehouse holds the very build that this version was published from."""
    build = current_build(connection)
    published = "select 1 from publishing.version where version = ? and build_id = ?"
    return build is not None and connection.execute(published, [version, build]).fetchone() is not None
