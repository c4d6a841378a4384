"""When a product is praised and rising, and when complaints about it are a burst.

The limits of praise are judgements of ours. Those of a burst are a rate of false alarms: see is_burst().
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from core.chances import more_than_before, poisson_upper

RECENT, BEFORE = 30, 90  # days of reviews, and those before that they are held against


@dataclass(frozen=True)
class Praise:
    """What praise needs: stars of the recent reviews, how many, and how far sales are forecast to rise."""

    stars: float
    reviews: int
    rise: float


BEGINS: Final = Praise(stars=4.5, reviews=5, rise=0.15)
LASTS: Final = Praise(stars=4.3, reviews=3, rise=0.05)  # lower, so that an episode does not flicker
SAME_STARS: Final = 0.05  # so much lower than before is no fall
CLEAR: Final = 1.28  # standard deviations, one in ten one-sided, as for stages of the life cycle

WEEK, PAST = 7, 90  # days in which cases are counted, and days before them that give the rate
DELAY = 28  # days of sales that the cases of a week come from
FEWEST: Final = 3
FALSE_ALARMS_A_YEAR: Final = 2.0  # in a whole shop in which nothing changed
CALM: Final = 0.05
LONGEST: Final = 60  # days; what lasts longer is the product's own rate by now


@dataclass(frozen=True)
class Voices:
    """Reviews of a product: the mean of RECENT days and how many, and the same of BEFORE days."""

    rating: float
    reviews: int
    rating_before: float | None
    reviews_before: int

    @property
    def usual(self) -> float:
        """How many reviews RECENT of the days before brought."""
        return self.reviews_before * RECENT / BEFORE


def is_praised(voices: Voices, units: int, forecast: float) -> bool:
    """Whether reviews are good, no worse and more frequent than before, and the forecast rises clear of chance.

    `units` were sold in the last 28 days, `forecast` are expected in the next.
    """
    if not _holds(BEGINS, voices, units, forecast) or voices.reviews <= voices.usual:
        return False
    if voices.rating_before is not None and voices.rating < voices.rating_before - SAME_STARS:
        return False
    return math.log(forecast / units) >= CLEAR * math.sqrt(1 / units + 1 / forecast)


def stays_praised(voices: Voices | None, units: int, forecast: float | None) -> bool:
    """Whether an episode of praise goes on; a forecast that is missing for a night ends none."""
    if voices is None or voices.reviews < LASTS.reviews or voices.rating < LASTS.stars:
        return False
    return forecast is None or _holds(LASTS, voices, units, forecast)


def _holds(limits: Praise, voices: Voices, units: int, forecast: float) -> bool:
    if voices.reviews < limits.reviews or voices.rating < limits.stars:
        return False
    return units > 0 and forecast >= units * (1 + limits.rise)


@dataclass(frozen=True)
class Trouble:
    """Cases of a product (complaints and returns for defects, one an order) in the last WEEK and the PAST before it.

    Units are those sold in the last DELAY days and in the PAST.
    """

    cases: int
    cases_before: int
    units: float
    units_before: float

    @property
    def exposure(self) -> float:
        """Units that the cases of the week come from: of a usual week of the last DELAY days, or of the past where
        that sold more, since what was sold then is still complained about."""
        return max(self.units * WEEK / DELAY, self.units_before * WEEK / PAST)


@dataclass(frozen=True)
class Usual:
    """A product's own rate of cases a unit sold, drawn toward the shop's by the weight of one case."""

    cases: int
    exposure: float

    @property
    def rate(self) -> float:
        return (self.cases + 1) / self.exposure if self.exposure > 0 else 0.0


def usual_of(trouble: Trouble, shop_rate: float) -> Usual:
    """`shop_rate` is cases a unit of the whole shop, above 0."""
    return Usual(trouble.cases_before, trouble.units_before + 1 / shop_rate)


def chance_of(trouble: Trouble, usual: Usual) -> float:
    """The probability of so many cases or more at the usual rate (core.chances.more_than_before)."""
    return more_than_before(trouble.cases, trouble.exposure, usual.cases, usual.exposure)


def is_burst(chance: float, cases: int, products: int) -> bool:
    """Whether chance is too small an explanation: FALSE_ALARMS_A_YEAR for a shop of `products` looked at each night.

    The yearly number is shared out over nights and products (Bonferroni), which holds however they hang together; as
    the weeks of following nights overlap and an episode is told once, there are fewer in fact.
    """
    return cases >= FEWEST and chance < FALSE_ALARMS_A_YEAR / 365 / max(products, 1)


def is_calm(trouble: Trouble, rate: float, age: int) -> bool:
    """Whether a burst is over: the week is no more than the `rate` of before it explains, or it is `age` days old."""
    if age > LONGEST or trouble.cases < FEWEST:
        return True
    return poisson_upper(trouble.cases, rate * trouble.exposure) > CALM
