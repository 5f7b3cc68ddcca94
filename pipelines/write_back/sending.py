"""A plan carried out. Each batch is noted before it leaves and after it was answered.

So a process may die at any moment: what was on its way is sent again under the same ids, or voided if it is no longer
true, and nothing is there twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from connectors.errors import SettingsError
from pipelines.write_back.ledger import Ledger, Outcome
from pipelines.write_back.lrs import Lrs
from pipelines.write_back.plan import Plan
from pipelines.write_back.statements import Statement

BATCH = 50
_FEW_VOIDS = 20
_VOIDED_SHARE = 0.05


@dataclass
class Sent:
    """(result, outcome) → statements, and the same of voids."""

    statements: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    voids: Counter[tuple[str, Outcome]] = field(default_factory=Counter)

    def of(self, *outcomes: Outcome) -> int:
        """How many statements and voids ended so."""
        everything = self.statements + self.voids
        return sum(count for (_, outcome), count in everything.items() if outcome in outcomes)


def send(
    plan: Plan, lrs: Lrs, ledger: Ledger, *, accept_voids: bool = False, step: Callable[[], None] = lambda: None
) -> Sent:
    """Send a plan; ``step`` is called after each batch. Raises SettingsError, or Transient when the LRS is unwell.

    ``accept_voids`` sends voids in a number that looks like an accident.
    """
    if not accept_voids:
        _refuse_an_accident(plan)
    sent = Sent()
    for counter, statements in ((sent.voids, plan.voids), (sent.statements, plan.new)):
        for batch in _batches(statements):
            ledger.note([(one, Outcome.BEGUN, None) for one in batch], plan.published_version)
            answers = list(lrs.deliver(batch))
            ledger.note([(one.statement, one.outcome, one.status) for one in answers], plan.published_version)
            counter.update((one.statement.result, one.outcome) for one in answers)
            _stop_where_nothing_is_taken(sent, answers[0].status)
            step()
    return sent


def batch_count(plan: Plan) -> int:
    return sum(-(-len(statements) // BATCH) for statements in (plan.voids, plan.new))


def _batches(statements: Sequence[Statement]) -> Iterator[Sequence[Statement]]:
    for start in range(0, len(statements), BATCH):
        yield statements[start : start + BATCH]


def _refuse_an_accident(plan: Plan) -> None:
    """Voids can't be taken back, and a fault upstream looks just like many facts that vanished."""
    voids, there = len(plan.voids), plan.there.total()
    if voids > _FEW_VOIDS and voids > _VOIDED_SHARE * (voids + there):
        raise SettingsError(
            f"{voids} of {voids + there} statements that the LRS holds are no longer true and would be voided, which "
            'can\'t be taken back, so nothing was sent. Look at what changed (`throughline sql "from trust.versions"`, '
            "settings.yml, a lost key); if it is right, run: throughline write-back --send --accept-voids"
        )


def _stop_where_nothing_is_taken(sent: Sent, status: int) -> None:
    """An LRS that refuses all of the first batch would refuse the rest one by one."""
    if sent.of(Outcome.REFUSED) >= BATCH and not sent.of(Outcome.STORED, Outcome.ALREADY_THERE):
        raise SettingsError(
            f"The LRS refuses every statement ({status}). Check write_back.version in settings.yml, and the log of "
            "the LRS itself."
        )
