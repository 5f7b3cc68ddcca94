"""The words that a metric declaration is made of: its type, purpose, unit, estimator and claim."""

from __future__ import annotations

from enum import StrEnum


class TdrpType(StrEnum):
    """Talent Development Reporting Principles: how much, how well, to what end; or a guard of the record itself."""

    EFFICIENCY = "efficiency"
    EFFECTIVENESS = "effectiveness"
    OUTCOME = "outcome"
    RECORD = "record"


class Purpose(StrEnum):
    """What a figure may be used for (`PRIVACY.md`, purpose limitation)."""

    LEARNING_ADMIN = "learning_admin"
    COMPLIANCE = "compliance"
    TRANSFER_EVALUATION = "transfer_evaluation"
    HR_ADMIN = "hr_admin"


class Unit(StrEnum):
    """Unit of ``value``.

    Only of a share is the numerator a part of the denominator. Persons reached may outnumber the average headcount
    that they are divided by, a gain may be a loss, and a clock that is wrong makes hours negative. Points run from 0 to
    100, net points from -100 to 100.
    """

    SHARE = "share"
    PERSONS = "persons"
    HOURS_PER_FTE = "hours_per_fte"
    PERSONS_PER_HEAD = "persons_per_head"
    GAIN = "gain"
    RATIO = "ratio"
    DAYS = "days"
    HOURS = "hours"
    POINTS = "points"
    NET_POINTS = "net_points"
    EUR = "eur"
    EUR_PER_PERSON = "eur_per_person"
    EUR_PER_HOUR = "eur_per_hour"
    KAPPA = "kappa"
    STANDARD_DEVIATIONS = "standard_deviations"

    @property
    def is_undivided(self) -> bool:
        """Whether the value is its numerator: a count, a sum, or a percentile that the warehouse takes."""
        return self in (Unit.PERSONS, Unit.HOURS, Unit.EUR)

    @property
    def may_be_negative(self) -> bool:
        return self in (Unit.KAPPA, Unit.STANDARD_DEVIATIONS, Unit.GAIN, Unit.NET_POINTS, Unit.HOURS)

    @property
    def may_be_dominated(self) -> bool:
        """Whether one contributor may make up most of a sum, so that the sum tells what is theirs."""
        return self in (Unit.HOURS_PER_FTE, Unit.EUR)

    @property
    def scale(self) -> tuple[float, float] | None:
        """Ends of the scale, where it has both: what those who did not answer may have said lies between them."""
        ends = {Unit.SHARE: (0.0, 1.0), Unit.POINTS: (0.0, 100.0), Unit.NET_POINTS: (-100.0, 100.0)}
        return ends.get(self)


class Estimator(StrEnum):
    """How the value and its interval come from the parts. All but the first need them spread, see `spread_items`.

    quotient         numerator / denominator, or the numerator alone; a share of cases has Wilson's interval
    ratio_by_person  the same quotient; its interval is Student's t over the contributions of each person
    survival_median  days until half of the cases have reached it, those that are still open included
    survival_p90     days until nine in ten have
    half_life        days in which half of what was known is forgotten, by an exponential curve
    kappa            agreement of two witnesses beyond chance; each says 0 or 1
    difference_in_differences
                     how far the ratings of the trained moved beyond those of others, in standard deviations
    """

    QUOTIENT = "quotient"
    RATIO_BY_PERSON = "ratio_by_person"
    SURVIVAL_MEDIAN = "survival_median"
    SURVIVAL_P90 = "survival_p90"
    HALF_LIFE = "half_life"
    KAPPA = "kappa"
    DIFFERENCE_IN_DIFFERENCES = "difference_in_differences"

    @property
    def is_quotient(self) -> bool:
        """Whether the value is numerator / denominator."""
        return self in (Estimator.QUOTIENT, Estimator.RATIO_BY_PERSON)

    @property
    def spread_items(self) -> tuple[str, ...]:
        """What the parts have to be spread over, in this order."""
        if self is Estimator.RATIO_BY_PERSON:
            return ("person",)
        if self is Estimator.HALF_LIFE:
            return ("person", "days")
        if self is Estimator.KAPPA:
            return ("own word", "observation")
        if self is Estimator.DIFFERENCE_IN_DIFFERENCES:
            return ("cell", "rating")
        return () if self is Estimator.QUOTIENT else ("days",)


UNIT_OF = {
    Estimator.SURVIVAL_MEDIAN: Unit.DAYS,
    Estimator.SURVIVAL_P90: Unit.DAYS,
    Estimator.HALF_LIFE: Unit.DAYS,
    Estimator.KAPPA: Unit.KAPPA,
    Estimator.DIFFERENCE_IN_DIFFERENCES: Unit.STANDARD_DEVIATIONS,
}
"""What an estimator that is no quotient comes in."""

PERIODS = ("day", "month", "quarter", "year")

KIRKPATRICK_LEVELS = ("K1", "K2", "K3", "K4", "L5")

CLAIMS = {
    "record": 0,
    "attendance": 1,
    "activity": 2,
    "perception": 3,
    "knowledge": 4,
    "decision_competence": 5,
    "task_competence": 6,
    "transfer": 7,
    "effect": 8,
}
"""The strongest claim of a metric, and the LTEM tier (Thalheimer's Learning-Transfer Evaluation Model) it takes."""

STRONG_WORDS = {
    r"knowledge|learned|learnt": 4,
    r"competen\w+|skilled": 5,
    r"transfer\w*|appl(y|ied|ication)": 7,
    r"effects?|impact|caused?|roi": 8,
}
"""Words that a metric's name may hold only from this tier on. Its definition may: it has to say what is not shown."""
