"""Write back: results of a published version become xAPI statements in an LRS. Off until settings.yml asks for it.

    warehouse.duckdb, as published --results--> facts --statements, actors--> statements --plan, ledger--> lrs

    settings.py    what a home asks for; credentials come from the environment
    results.py     which results there are, each as a query of the warehouse and a verb
    actors.py      who the actor is: a pseudonym, unless somebody decided otherwise
    statements.py  a fact as tincan builds it, its id, and our own validator's word on it
    ledger.py      what was sent where, when, and what the LRS answered
    plan.py        what is new, what is there, and what must be voided
    lrs.py         batches over HTTP: patience, and the search for the one that a batch is refused for
    sending.py     a plan carried out: noted before, noted after, so that a process may die anywhere

Facts come from the build that was published alone: one that was not guarded has none. They are read in the warehouse,
for readers of the published file are spared what others observed of a person.
"""

from .ledger import Ledger
from .lrs import Lrs
from .plan import Plan, planned
from .sending import Sent, send
from .settings import WriteBack, credentials, settings_of

__all__ = [
    "Ledger",
    "Lrs",
    "Plan",
    "Sent",
    "WriteBack",
    "credentials",
    "planned",
    "send",
    "settings_of",
]
