"""What is withheld, so that no figure tells of a few: by itself, or by what is published beside it.

    withhold_few      a figure about fewer than k persons, about all or none of few, or mostly about one (primary)
    block_unanswered  a figure of a survey that too few answered
    withhold_telling  a figure from which, with others, one of the above could be computed (complementary)

Metric results are additive tables. The figures of all units, or of all activities, add up to those of the organisation;
the shares of one whole add up to it. Where one of them is withheld and the sum is not, the rest tells it. So there has
to be a second one, and it must be about k persons at least: else both together are still a handful.

    organisation   20  ── published              20  ── published
    unit a         12  ── published     ──>      12  ── published
    unit b          6  ── published               ·  ── withheld with it
    unit c          2  ── withheld                ·  ── withheld

Which one is withheld with it: one that was withheld before, so that two versions don't tell what neither does; else the
one of the fewest persons. Tables by one period length only: `check_periods` refuses months of a thing whose quarters
are published, and figures of a unit are of who belongs to it directly, so that no parent is the sum of its children.

Source of the method: A. Hundepool et al. (2012), Statistical Disclosure Control, chapter 4 (primary: minimum frequency,
dominance; secondary suppression in linked tables). What is best here is decided greedily and not by optimisation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from transfer.metric_definition import InvalidDefinition, MetricDefinition
from transfer.metric_row import CELL, METRIC_CELL, WHOLE, Status, withhold
from transfer.metric_terms import Unit
from transfer.row_definitions import RowDefinitions

LEAST_RESPONSE, LEAST_RESPONDENTS = 0.3, 5
"""Where fewer answered, what they say stands for nobody but them (`METRICS.md`, section 0)."""

DOMINANT_SHARE = 0.85
"""Whoever makes up more of a sum can read the others' part off it, and everybody theirs."""

_FEW = "persons"
"""The last word of every reason that is about few persons."""

_PUT_ASIDE = "would tell the figure of a few beside it"


def is_of_nobody(rows: pd.DataFrame) -> pd.Series:
    """Where there is no figure because there is nobody, or nothing to divide by."""
    has_nobody = rows["n_persons"].fillna(0) == 0
    return rows["value"].isna() & (has_nobody | (rows["denominator"].fillna(-1) == 0))


def block_unanswered(rows: pd.DataFrame, declared: RowDefinitions) -> None:
    """Block what too few of those who were asked have answered. Changes ``rows``.

    Nor may more have answered than were asked: then nobody knows who was.
    """
    is_figure, rate = rows["value"].notna() & declared.that(lambda d: d.invited), rows["response_rate"]
    for which, reason in (
        (rate.isna(), "nobody knows how many were asked"),
        (rate > 1, "more have answered than are known to have been asked"),
        (rate < LEAST_RESPONSE, f"answered by less than {LEAST_RESPONSE:.0%}"),
        (rows["n_respondents"] < LEAST_RESPONDENTS, f"answered by fewer than {LEAST_RESPONDENTS} {_FEW}"),
    ):
        withhold(rows, is_figure & which.fillna(False), Status.BLOCKED, reason)


def withhold_few(rows: pd.DataFrame, declared: RowDefinitions, spread: pd.DataFrame | None) -> None:
    """Suppress what is about few persons, all or none of few, or mostly one. Changes ``rows``.

    ``spread`` has what each contributes to the numerator, where one of them may dominate it.
    """
    k, is_about_persons = declared.each(lambda d: d.minimum_persons, "Int64"), declared.that(lambda d: d.persons)
    is_few, is_empty = rows["n_persons"] < k, is_of_nobody(rows)
    # An empty figure names nobody, unless it lets a handful of records that could not be used shine through.
    shines = is_empty & is_few & (rows["n_missing"] >= 1) & (rows["n_missing"] < k)
    for which, reason in (
        (_is_unanimous(rows, declared, k), f"all or none of fewer than {{twice}} {_FEW}"),
        (_is_dominated(rows, declared, spread), f"mostly one of its {_FEW}"),
        (is_few & rows["status"].ne(Status.BLOCKED) & ~is_empty, f"fewer than {{k}} {_FEW}"),
        (shines, "fewer than {k} records that could not be used"),
    ):
        told = k.map({n: reason.format(k=n, twice=2 * n) for n in k.unique()})
        withhold(rows, (which & is_about_persons).fillna(False), Status.SUPPRESSED, told)


def _is_unanimous(rows: pd.DataFrame, declared: RowDefinitions, k: pd.Series) -> pd.Series:
    """Shares of 0 and 1 in small groups: they say of each person what they say of all."""
    is_share = declared.that(lambda d: d.unit is Unit.SHARE and d.max_claim != "record")
    return is_share & (rows["n_persons"] < 2 * k) & rows["value"].isin([0.0, 1.0])


def _is_dominated(rows: pd.DataFrame, declared: RowDefinitions, spread: pd.DataFrame | None) -> pd.Series:
    if spread is None:
        return pd.Series(False, index=rows.index)
    by_cell = spread.groupby(METRIC_CELL, dropna=False)["numerator"].agg(["max", "sum"]).reset_index()
    found = rows[METRIC_CELL].merge(by_cell, how="left", on=METRIC_CELL)
    is_dominated = (found["max"] > DOMINANT_SHARE * found["sum"]) & (found["sum"] > 0)
    return is_dominated & declared.that(lambda d: d.unit.may_be_dominated)


def check_periods(definitions: Iterable[MetricDefinition]) -> None:
    """Refuse two metrics that publish one part about persons by periods of two lengths; raises `InvalidDefinition`.

    A quarter less two of its months is the third, whatever is withheld in the months.
    """
    by_part: dict[str, MetricDefinition] = {}
    for definition in definitions:
        for part in {definition.numerator, definition.denominator} - {None} if definition.persons else ():
            other = by_part.setdefault(str(part), definition)
            if other.period != definition.period:
                raise InvalidDefinition(
                    f"metric {definition.metric_id}: it gives {part} by {definition.period or 'no period'}, and "
                    f"{other.metric_id} by {other.period or 'no period'}; the one would tell what the other withholds."
                )


def withhold_telling(
    rows: pd.DataFrame, definitions: Sequence[MetricDefinition], withheld_before: pd.DataFrame | None = None
) -> None:
    """Suppress the figures from which, with others, that of a few could be computed. Changes ``rows``.

    ``rows`` are the results of all metrics; ``withheld_before`` has ``metric_id`` and `CELL` of what is withheld in
    the record so far.
    """
    cells = _cells(rows, definitions, withheld_before)
    while True:
        together = cells["is_told_of"].groupby(cells["whole"]).transform("any") & ~cells["is_hidden"]
        chosen = together | _second_ones(cells.assign(is_told_of=cells["is_told_of"] | together))
        if not chosen.any():
            return
        withhold(rows, chosen, Status.SUPPRESSED, _PUT_ASIDE)
        for mark in ("is_told_of", "is_aside", "is_hidden"):
            cells[mark] |= chosen


def _cells(
    rows: pd.DataFrame, definitions: Sequence[MetricDefinition], withheld_before: pd.DataFrame | None
) -> pd.DataFrame:
    """What there is to decide about each row.

    ``whole`` is the same for rows that tell each other's parts, ``table`` for those whose sum is published. A row
    ``is_told_of`` where others must not tell it, and ``is_aside`` where it is withheld for that alone.
    """
    whole_of = {d.metric_id: d.whole_key or d.metric_id for d in definitions}
    summed = {d.metric_id: d.denominator or d.numerator for d in definitions}
    is_hidden = rows["status"].isin([Status.SUPPRESSED, Status.BLOCKED])
    is_about_few = rows["suppressed_reason"].str.endswith(_FEW).fillna(False).astype(bool)
    period = rows["period"].astype("string").fillna("")
    cells = pd.DataFrame(
        {
            "whole": rows["metric_id"].map(whole_of) + "|" + rows["grain"] + "|" + rows["grain_key"] + "|" + period,
            "sum": rows["metric_id"] + "|" + period,
            "table": rows["metric_id"] + "|" + period + "|" + rows["grain"],
            "is_sum": rows["grain_key"] == WHOLE,
            "grain_key": rows["grain_key"],
            "n_persons": rows["n_persons"].fillna(0),
            "is_hidden": is_hidden,
            "is_told_of": is_hidden & is_about_few,
            "is_aside": rows["suppressed_reason"].eq(_PUT_ASIDE).fillna(False).astype(bool),
            "was_withheld": False,
        },
        index=rows.index,
    ).astype(dict.fromkeys(("is_sum", "is_hidden", "is_told_of", "is_aside"), "bool") | {"n_persons": "int64"})
    if withheld_before is not None and len(withheld_before):
        # By what is summed and not by metric: metrics of one sum withhold the same ones, so that none tells another's.
        before = withheld_before.assign(summed=withheld_before["metric_id"].map(summed))[["summed", *CELL]]
        now = rows[CELL].assign(summed=rows["metric_id"].map(summed))
        found = now.merge(before.drop_duplicates(), how="left", on=["summed", *CELL], indicator=True)
        cells["was_withheld"] = (found["_merge"] == "both").to_numpy()
    return cells


def _second_ones(cells: pd.DataFrame) -> pd.Series:
    """The rows to withhold beside those that are told of, one for each table that lacks it."""
    members, sums = cells[~cells["is_sum"]], cells[cells["is_sum"]].set_index("sum")
    of = members.groupby("table").agg(sum=("sum", "first"), told=("is_told_of", "sum"), aside=("is_aside", "any"))
    of = of.join(sums[["is_hidden", "is_told_of"]], on="sum", how="inner")
    told = of["told"].astype("int64") + of["is_told_of"]
    is_solvable = told == 1
    is_of_a_handful = (of["told"] > 0) & ~of["aside"] & ~of["is_hidden"]
    lacking = of[is_solvable | is_of_a_handful]
    open_ones = members[~members["is_hidden"] & (members["n_persons"] > 0) & members["table"].isin(lacking.index)]
    open_ones = open_ones.assign(is_new=~open_ones["was_withheld"]).sort_values(["is_new", "n_persons", "grain_key"])
    chosen = open_ones.drop_duplicates("table")
    # Where nothing else is left to withhold, the sum is.
    alone = lacking[is_solvable.loc[lacking.index] & ~lacking.index.isin(chosen["table"]) & ~lacking["is_hidden"]]
    is_sum = cells["is_sum"] & cells["sum"].isin(alone["sum"]) & ~cells["is_hidden"]
    return is_sum | cells.index.isin(chosen.index)
