"""What the company says that it wants of learning: the content of its strategy workbook, with deliberate gaps.

    World + year → the state of every sheet in that year (ends, means) → rows with their validity (history)

What is said fits what happens: goals are measured by the company's own KPIs, initiatives are its programmes, targets
are for its positions. Where it doesn't fit, it is listed in ``GAPS``, which the truth holds.
"""

from simulator.world.strategy.gaps import GAPS, Gap
from simulator.world.strategy.history import KEYS, strategy
from simulator.world.strategy.row import Row

__all__ = ["GAPS", "KEYS", "Gap", "Row", "strategy"]
