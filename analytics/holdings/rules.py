"""How evenly a thing sells, how fast it turns, and what the days without it cost: plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.engine.own_past import FEWEST
from analytics.engine.stock import ENDLESS
from analytics.restock.rules import Z_80

Array = NDArray[np.float64]

YEAR: Final = 365
WEEK: Final = 7
WEEKS: Final = 52
X_UNTIL, Y_UNTIL = 0.5, 1.0
FEWEST_WEEKS: Final = 8
KNOWN_IN_WEEK: Final = 5  # days of a week that must be known for it to say anything
SHORTEST_TURN: Final = 28  # days on the books; with fewer a year's turnover is a guess


def weekly_spread(days: Array) -> tuple[float | None, int]:
    """The coefficient of variation of weekly demand (standard deviation over mean), and of how many weeks.

    `days` are units a day, the last one at the end, NaN where nothing was there to be sold. Weeks are counted back from
    the end, WEEKS at most; days before the first sale are not known. A week with fewer than KNOWN_IN_WEEK known days is
    left out and any other stands for seven days, so that a stock-out is not taken for low demand. None for fewer than
    FEWEST_WEEKS weeks, or without any sale.
    """
    whole = min(len(days) // WEEK, WEEKS)
    recent = np.array(days, dtype=float)[len(days) - whole * WEEK :]
    sold = np.flatnonzero(recent > 0)
    recent[: sold[0] if len(sold) else None] = np.nan
    table = recent.reshape(whole, WEEK)
    known = np.isfinite(table).sum(axis=1)
    enough = known >= KNOWN_IN_WEEK
    totals = np.nansum(table, axis=1)[enough] * WEEK / known[enough]
    if len(totals) < FEWEST_WEEKS or not totals.any():
        return None, len(totals)
    return float(totals.std(ddof=1) / totals.mean()), len(totals)


def variability(spread: float | None) -> str:
    """X up to a coefficient of variation of 0.5, Y up to 1.0, Z above; "" where it is not known.

    The method is that of CGMA's tool "XYZ inventory management", which sets no limits. No standard does: 0.5 and 1.0
    are common for weekly figures, narrower ones for monthly figures or for industry. Whole units set a floor: what
    sells m a week by chance alone has a coefficient of 1 / sqrt(m), so nothing below four a week can be X.
    """
    if spread is None:
        return ""
    return "X" if spread <= X_UNTIL else "Y" if spread <= Y_UNTIL else "Z"


def turnover(cost_of_sold: float, average_worth: float, days: float) -> float | None:
    """How often the stock is sold and replaced a year, from `days` of it; None for fewer than SHORTEST_TURN days, or
    where hardly anything was ever there."""
    if days < SHORTEST_TURN or average_worth <= 0:
        return None
    return cost_of_sold / average_worth * YEAR / min(days, YEAR)


def known_days(cover: float) -> float | None:
    """Days of cover to a tenth; None where there is no end in sight."""
    return round(cover, 1) if cover < ENDLESS else None


@dataclass(frozen=True)
class Missed:
    """Units that were likely not sold on days without stock: the mean, its standard deviation, and the 80 % range."""

    units: float
    deviation: float

    @property
    def low(self) -> float:
        return max(0.0, self.units - Z_80 * self.deviation)

    @property
    def high(self) -> float:
        return self.units + Z_80 * self.deviation


def missed(days: Array, without: int) -> Missed | None:
    """What `without` days without stock and sale would have sold, by the other days of the same past (NaN: unknown).

    The days are drawn from the mean r and variance v of the n known days since the first sale, so the sum over d days
    has the mean d r and the variance d v + d^2 v / n: chance, and that r itself is known from n days only. A season or
    a festival among the missing days is not seen. None for fewer than 28 known days.
    """
    if not without:
        return Missed(0.0, 0.0)
    known = days[np.isfinite(days)]
    sold = np.flatnonzero(known > 0)
    known = known[sold[0] :] if len(sold) else known[:0]
    count = len(known)
    if count < FEWEST:
        return None
    mean = float(known.mean())
    variance = max(float(known.var(ddof=1)), mean)
    return Missed(without * mean, sqrt(variance * (without + without * without / count)))


def average_level(now: float, moved: float, moved_days: float, days: float) -> float:
    """The mean of a level over the last `days` days, from the ledger.

    `now` is the level at the end, `moved` the sum of its moves in those days and `moved_days` the sum of each move
    times the days from the beginning until it: before a move the level was lower by it.
    """
    return now - moved_days / days if days > 0 else now - moved
