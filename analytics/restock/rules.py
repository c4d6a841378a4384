"""How long a stock lasts, from what was sold lately."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

PACE_DAYS = 28
Z_80 = 1.2816  # the normal quantile of 0.9: eight of ten cases lie between the two
CALM = 1.25  # an episode is over when the stock lasts a quarter longer than the limit, so that it does not flicker


@dataclass(frozen=True)
class Cover:
    """Days a stock lasts: the middle, and the 80 % range. `high` is infinite where sales are too few to say."""

    low: float
    middle: float
    high: float


def cover(available: int, units: int, squares: int, days: int = PACE_DAYS) -> Cover | None:
    """How long `available` lasts when `units` were sold in `days` days; None where nothing was.

    `squares` is the sum of the squared units of each day. Demand over t days has the mean r t with r = units / days and
    the variance f (r t + r t^2 / days): days vary f times as much as a Poisson process (f >= 1), and r itself is known
    from `days` days only. The range is where the 90 % and the 10 % quantile of the normal approximation meet the stock.
    """
    if units <= 0 or days <= 0:
        return None
    if available <= 0:
        return Cover(0.0, 0.0, 0.0)
    rate = units / days
    variance = (squares - units * units / days) / max(1, days - 1)
    spread = Z_80**2 * max(1.0, variance / rate) * rate
    # (S - r t)^2 = spread (t + t^2 / days), solved for t
    a = rate * rate - spread / days
    b = 2 * available * rate + spread
    root = sqrt(max(0.0, b * b - 4 * a * available * available))
    low = 2 * available * available / (b + root)
    high = (b + root) / (2 * a) if a > 1e-12 else inf
    return Cover(low, available / rate, high)
