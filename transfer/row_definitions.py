"""What its definition says of each row: rules are then written once for the rows of all metrics.

Judging costs by the call and not by the row, so seventy metrics are judged together and not one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from transfer.metric_definition import MetricDefinition


class RowDefinitions:
    """The definitions beside ``rows``, each row by its ``metric_id``.

    A ``metric_id`` that none of them has takes the last one's answers: `metric_contract` refuses it by name.
    """

    def __init__(self, rows: pd.DataFrame, definitions: Sequence[MetricDefinition]) -> None:
        self._definitions = definitions
        self._of_row = pd.Index([definition.metric_id for definition in definitions]).get_indexer(rows["metric_id"])
        self._index = rows.index

    def that(self, holds: Callable[[MetricDefinition], object]) -> pd.Series:
        """Whether it holds for the definition of each row."""
        return self.each(lambda definition: bool(holds(definition)), "bool")

    def each(self, what: Callable[[MetricDefinition], object], dtype: str) -> pd.Series:
        """A value of the definition of each row."""
        values = pd.array([what(definition) for definition in self._definitions], dtype=dtype)
        return pd.Series(values[self._of_row], index=self._index)

    def scale(self) -> tuple[pd.Series, pd.Series]:
        """The ends of the scale that each row's value is on, infinite where it has none."""
        ends = (lambda d: (d.unit.scale or (-math.inf,))[0], lambda d: (d.unit.scale or (math.inf,))[-1])
        least, most = (self.each(end, "Float64") for end in ends)
        return least, most
